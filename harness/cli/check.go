package cli

import (
	"context"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/pushbench/pushbench/harness/node"
	"github.com/pushbench/pushbench/harness/node/machine"
	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/plain"
	"github.com/pushbench/pushbench/results"
)

// Check describes this machine and the scenarios it has room for.
func Check(s Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "check [scenario]",
		Short: "Show this machine's limits and what they allow",
		Args:  arguments(0, 1, "at most one scenario"),
		RunE: func(cmd *cobra.Command, args []string) error {
			scenarios, err := namedScenarios(args)
			if err != nil {
				return usageError{err}
			}
			on := node.NewLocal(node.LocalName, node.Bus{}) // nothing is started there
			here, err := on.Describe(cmd.Context())
			if err != nil {
				return err
			}
			limits, division, e := here.Limits, here.Division, here.Environment
			w := tabwriter.NewWriter(s.Out, 0, 0, 2, ' ', 0)
			fmt.Fprintf(w, "machine\t%s, %d cpus, %d GiB, %s, kernel %s\n", e.CPU, e.CPUs, e.Memory>>30, e.OS, e.Kernel)
			fmt.Fprintf(w, "program\tcommit %s, %s\n", e.Commit, e.Go)
			fmt.Fprintf(w, "cpus\tserver %s, load %s\n", machine.List(division.Server), machine.List(division.Agents))
			fmt.Fprintf(w, "descriptors\t%d per process: %d connections\n", limits.Descriptors, limits.ByDescriptors())
			fmt.Fprintf(w, "ports\t%d to %d for each pair of addresses; the load has many on loopback\n", limits.PortLow, limits.PortHigh)
			fmt.Fprintf(w, "backlog\t%d connections waiting to be accepted\n", limits.Backlog)
			fmt.Fprintf(w, "udp buffers\t%s\n", udpBuffers(limits.Buffer))
			if err := w.Flush(); err != nil {
				return err
			}
			if division.Shared {
				fmt.Fprintln(s.Out, "warning: one cpu only: server and load will share it, and every figure contains the load's interference")
			}
			for _, left := range results.Texts(here.Left) {
				fmt.Fprintf(s.Out, "warning: %s\n", plain.Line(left))
			}
			if err := checkInterference(cmd.Context(), s, on); err != nil {
				return err
			}
			if err := checkReadable(s, e.Accounting); err != nil {
				return err
			}
			return checkScenarios(cmd.Context(), s, limits, scenarios, len(args) > 0)
		},
	}
}

// quicBuffer is what quic-go asks for, in bytes.
const quicBuffer = 7 << 20

// udpBuffers is how much of it the lanes on UDP may get: packets of all connections wait there, and what has no room is
// lost. The kernel lets root have more than net.core.rmem_max.
func udpBuffers(most int) string {
	switch {
	case most == 0:
		return "not shown here"
	case most < quicBuffer && os.Geteuid() != 0:
		return fmt.Sprintf("%d KiB, where QUIC asks for %d: sysctl -w net.core.rmem_max=%d, or run as root", most>>10, quicBuffer>>10, quicBuffer)
	default:
		return fmt.Sprintf("%d KiB, as QUIC asks for", quicBuffer>>10)
	}
}

// checkInterference lists what else changes figures here, and the remedies.
func checkInterference(ctx context.Context, s Streams, on node.Node) error {
	findings, err := on.Observe(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(s.Out)
	w := tabwriter.NewWriter(s.Out, 0, 0, 2, ' ', 0)
	for _, f := range findings {
		verdict := "ok"
		if f.Advice != "" {
			verdict = "warning: " + f.Advice
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", f.Name, f.Reading, verdict)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(s.Out)
	return nil
}

// namedScenarios are those of the arguments, and without any those that are part of the binary.
func namedScenarios(names []string) (all []*scenario.Scenario, err error) {
	if len(names) == 0 {
		names = scenario.Embedded()
	}
	for _, name := range names {
		sc, err := scenario.Load(name, catalog())
		if err != nil {
			return nil, err
		}
		all = append(all, sc)
	}
	return all, nil
}

// checkScenarios lists for each scenario whether it fits and how long it takes; of one that was named, as an error when it
// does not fit.
func checkScenarios(ctx context.Context, s Streams, limits machine.Limits, scenarios []*scenario.Scenario, named bool) error {
	for _, sc := range scenarios {
		err := fits(ctx, limits, sc)
		switch {
		case err == nil:
			fmt.Fprintf(s.Out, "scenario %s: fits, %s\n", sc.Name, schedule(len(sc.Plan(sc.Blocks)), sc.Duration()))
			memory, err := machine.Memory("/proc", sc.Sockets(), onUDP(sc))
			if err != nil {
				return err
			}
			if memory.Advice != "" {
				fmt.Fprintf(s.Out, "scenario %s: warning: %s\n", sc.Name, memory.Warning())
			}
			for _, bounds := range runningBounds(ctx, sc) {
				fmt.Fprintf(s.Out, "scenario %s: %s\n", sc.Name, bounds)
			}
		case named:
			return fmt.Errorf("scenario %s: %w", sc.Name, err)
		default:
			fmt.Fprintf(s.Out, "scenario %s: %s\n", sc.Name, strings.ReplaceAll(err.Error(), "\n", "; "))
		}
	}
	return nil
}
