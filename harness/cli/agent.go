package cli

import (
	"cmp"
	"errors"
	"os"

	"github.com/spf13/cobra"

	"github.com/pushbench/pushbench/clients"
	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/internal/wire"
)

// Agent is the load process of a trial; the conductor starts it, or a user does on another machine.
func Agent(Streams) *cobra.Command {
	var (
		c              clients.AgentConfig
		engine, reader string
		isAChild       bool
	)
	cmd := &cobra.Command{
		Use:     "agent --nats URL --name NAME",
		Short:   "Join a conductor's NATS and hold connections for it",
		Example: "  PUSHBENCH_TOKEN=... pushbench agent --nats nats://10.0.0.1:4222 --name left",
		Args:    arguments(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			if isAChild {
				ctx = withParent(ctx)
			}
			c.URL, c.Token = cmp.Or(c.URL, os.Getenv(wire.BusVariable)), cmp.Or(c.Token, os.Getenv(wire.TokenVariable))
			c.Fleet = fleet.Options{Engine: fleet.Engine(engine), Reader: fleet.Reader(reader)}
			if err := c.Fleet.Check(); err != nil {
				return usageError{err}
			}
			if c.URL == "" || c.Name == "" {
				return usageError{errors.New("--nats, or $" + wire.BusVariable + ", and --name are both needed")}
			}
			return clients.RunAgent(ctx, c)
		},
	}
	f := cmd.Flags()
	f.StringVar(&c.URL, "nats", "", "URL of the conductor's NATS server; by default from the environment, $"+wire.BusVariable)
	f.StringVar(&c.Token, "token", "", "its token; by default from the environment, $"+wire.TokenVariable)
	f.StringVar(&c.Name, "name", "", "name of this agent, unique on the bus")
	f.StringVar(&engine, "engine", string(fleet.Auto), "what carries the connections: auto, epoll or goroutine")
	f.StringVar(&reader, "reader", string(fleet.Coalesced), "how eager the event loop is: coalesced, greedy or awake")
	f.BoolVar(&isAChild, "child", false, "end when stdin closes")
	return cmd
}
