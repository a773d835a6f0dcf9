package cli

import (
	"cmp"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/pushbench/pushbench/harness/node"
	"github.com/pushbench/pushbench/internal/wire"
)

// Node is another machine than the coordinator's that processes of trials run on.
func Node(s Streams) *cobra.Command {
	var (
		on   node.Bus
		name string
	)
	cmd := &cobra.Command{
		Use:   "node --nats URL --name NAME",
		Short: "Run and probe processes of trials on this machine",
		Long: "Node joins a NATS server and starts, probes and ends processes for one coordinator at a time. It ends them all when\n" +
			"the coordinator or NATS is gone. Everybody who may use that server can run programs here: give it a token.",
		Example: "  PUSHBENCH_TOKEN=... pushbench node --nats nats://10.0.0.1:4222 --name left",
		Args:    arguments(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			on.URL, on.Token = cmp.Or(on.URL, os.Getenv(wire.BusVariable)), cmp.Or(on.Token, os.Getenv(wire.TokenVariable))
			if on.URL == "" || name == "" {
				return usageError{errors.New("--nats, or $" + wire.BusVariable + ", and --name are both needed")}
			}
			if err := node.CheckName(name); err != nil {
				return usageError{fmt.Errorf("--name: %w", err)}
			}
			return node.Serve(cmd.Context(), name, on, func() { fmt.Fprintf(s.Out, "node %s has joined the bus; Ctrl-C ends it\n", name) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&on.URL, "nats", "", "URL of a NATS server; by default from the environment, $"+wire.BusVariable)
	f.StringVar(&on.Token, "token", "", "its token; by default from the environment, $"+wire.TokenVariable)
	f.StringVar(&name, "name", "", "name of this node, unique on the bus")
	return cmd
}
