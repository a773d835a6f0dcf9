package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/pushbench/pushbench/harness/bench/load"
	"github.com/pushbench/pushbench/harness/cli"
)

// clientCommand is the load process: one case, driven over stdin.
func clientCommand(in io.Reader, s cli.Streams) *cobra.Command {
	var (
		group, name, url string
		p                load.Plan
	)
	cmd := &cobra.Command{
		Use:   "client --group GROUP --case CASE --url URL",
		Short: "Run the load of one case: read open, gc, await and report from stdin, answer in JSON, end when stdin closes",
		Example: `  bench serve --lane ws-gorilla --listen 127.0.0.1:8080 --heartbeat 0 &
  (echo open; echo gc; cat) | bench client --group websocket-client --case gorilla --url http://127.0.0.1:8080/ws --connections 10`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := load.CaseByName(group, name)
			if err != nil {
				return err
			}
			if p.Target, err = c.Target(url); err != nil {
				return err
			}
			l, err := c.New(p)
			if err != nil {
				return err
			}
			return load.Serve(cmd.Context(), l, p.Connections, in, s.Out)
		},
	}
	f := cmd.Flags()
	f.StringVar(&group, "group", "", "group of the case")
	f.StringVar(&name, "case", "", "name of the case in its group")
	f.StringVar(&url, "url", "", "where subscribers connect: the url of the server's ready line")
	f.IntVar(&p.Connections, "connections", 1, "how many to open")
	f.Float64Var(&p.PerSecond, "per-second", 20000, "how many are due in a second")
	f.IntVar(&p.Messages, "messages", 1, "how many messages each connection is to receive")
	return cmd
}
