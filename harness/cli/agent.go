package cli

import (
	"errors"
	"net/netip"
	"os"

	"github.com/spf13/cobra"

	"github.com/pushbench/pushbench/clients"
	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/internal/wire"
)

// Agent is the load process of a trial. A node starts it; the environment has the address of the bus.
func Agent(Streams) *cobra.Command {
	var (
		c              clients.AgentConfig
		engine, reader string
		isAChild       bool
	)
	cmd := &cobra.Command{
		Use:   "agent --name NAME",
		Short: "Hold connections for a coordinator; pushbench node starts it on another machine",
		Args:  arguments(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			if isAChild {
				ctx = withParent(ctx)
			}
			c.URL, c.Token = os.Getenv(wire.BusVariable), os.Getenv(wire.TokenVariable)
			c.Fleet.Engine, c.Fleet.Reader = fleet.Engine(engine), fleet.Reader(reader)
			if err := c.Fleet.Check(); err != nil {
				return usageError{err}
			}
			if c.URL == "" || c.Name == "" {
				return usageError{errors.New("$" + wire.BusVariable + " and --name are both needed: to have load on another machine, start pushbench node there")}
			}
			return clients.RunAgent(ctx, c)
		},
	}
	f := cmd.Flags()
	f.StringVar(&c.Name, "name", "", "name of this agent, unique on the bus")
	f.StringVar(&engine, "engine", string(fleet.Auto), "what carries the connections: auto, epoll or goroutine")
	f.StringVar(&reader, "reader", string(fleet.Batched), "how eager the event loop is: batched, eager or busy-poll")
	f.TextVar(&c.Fleet.Sources, "sources", netip.Prefix{}, "addresses that connections to loopback come from, of a link")
	f.BoolVar(&isAChild, "child", false, "end when stdin closes")
	return cmd
}
