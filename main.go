// Pushbench measures what a pushed message and an open connection cost on each real-time transport. This file is the table
// of its subcommands; each has its own file in harness/cli.
package main

import (
	"os"

	"github.com/pushbench/pushbench/harness/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], cli.Streams{Out: os.Stdout, Err: os.Stderr}, []cli.Command{
		cli.Compare,   // measure and report
		cli.Run,       // measure
		cli.Report,    // redraw
		cli.Decide,    // what a workload takes
		cli.Diff,      // compare two runs
		cli.Calibrate, // measure what is known
		cli.List,
		cli.Init,    // a first lane file of a server
		cli.Conform, // does a lane keep the contract
		cli.Doctor,  // what is wrong on the way to a deployed endpoint
		cli.Check,
		cli.Serve,     // the server process
		cli.Agent,     // the load process
		cli.Node,      // a machine that processes run on
		cli.Link,      // the network between the two
		cli.Publish,   // what publishes for a server that is not ours
		cli.Supervise, // the parent of such a server
	}))
}
