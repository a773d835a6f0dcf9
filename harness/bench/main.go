// Bench compares pushbench's load engines with the clients people would write instead, on the same server and the same work.
// This file is the table of its subcommands.
//
// The pipeline: run (driver) -> [ serve <= sockets => client (load) ] -> rows -> results/bench/summary.csv and tables.
// It also measures what the harness's probes cost a server, with the agent of a trial.
// It is a module of its own, so that the peers it measures are no dependencies of pushbench.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/pushbench/pushbench/harness/cli"
)

func main() {
	os.Exit(bench(os.Args[1:], os.Stdin, cli.Streams{Out: os.Stdout, Err: os.Stderr}))
}

// bench runs one command line and returns the exit status.
func bench(args []string, in io.Reader, s cli.Streams) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := &cobra.Command{
		Use: "bench", Short: "pushbench's load engines against what people would write",
		SilenceUsage: true, SilenceErrors: true,
	}
	root.AddCommand(
		runCommand(s),        // measure, write and print
		clientCommand(in, s), // the load process
		cli.Serve(s),         // the server process, the product's own
		cli.Agent(s),         // and its agent, for what the probes cost
	)
	root.SetArgs(args)
	root.SetOut(s.Out)
	root.SetErr(s.Err)
	if err := root.ExecuteContext(ctx); err != nil {
		fmt.Fprintf(s.Err, "bench: %v\n", err)
		return 1
	}
	return 0
}
