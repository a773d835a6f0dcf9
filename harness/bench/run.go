package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/pushbench/pushbench/harness/bench/driver"
	"github.com/pushbench/pushbench/harness/bench/load"
	"github.com/pushbench/pushbench/harness/cli"
	"github.com/pushbench/pushbench/harness/node"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

// runCommand is the driver: measure, write the files, print the tables.
func runCommand(s cli.Streams) *cobra.Command {
	var (
		settings   driver.Settings
		out, micro string
		only       []string
	)
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Measure every case against a fresh server, write summary.csv and print tables",
		Example: `  bench run                              # about twelve minutes
  bench run --only 'websocket-client/*' --out bin/bench-only   # one group
  bench run --blocks 1 --connections 100,200   # does everything work?`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return run(cmd.Context(), s, settings, only, out, micro)
		},
	}
	f := cmd.Flags()
	f.IntVar(&settings.Blocks, "blocks", stats.MinTrials, "how often to measure every case; fewer have no intervals")
	f.IntSliceVar(&settings.Connections, "connections", []int{1000, 5000, 10000}, "counts to measure at")
	f.Uint64Var(&settings.Seed, "seed", 1, "of the order within blocks")
	f.Float64Var(&settings.PerSecond, "per-second", 20000, "connections due in a second; more than any client here can open")
	f.Float64Var(&settings.Rate, "rate", 5, "messages broadcast in a second")
	f.IntVar(&settings.Messages, "messages", 10, "how many of them")
	f.IntVar(&settings.Size, "size", 128, "bytes of each")
	f.IntVar(&settings.Pairs, "pairs", 200, "how often to broadcast with and without probes around it")
	f.IntVar(&settings.Probed, "probed", 5000, "connections of the server the probes read")
	f.Float64Var(&settings.Relevant, "relevant", results.DefaultRelevant, "share below which a difference of cases has no verdict")
	f.StringSliceVar(&only, "only", nil, "measure these alone, with what their ratios are relative to: patterns of group/case, or "+load.OwnCost)
	f.StringVar(&out, "out", "results/bench", "folder of summary.csv and evidence.json")
	f.StringVar(&micro, "micro", "", "output of go test -bench to put into the file as well")
	return cmd
}

func run(ctx context.Context, s cli.Streams, settings driver.Settings, only []string, out, micro string) error {
	here, err := node.NewLocal(node.LocalName, node.Bus{}).Describe(ctx)
	if err != nil {
		return err
	}
	limits, division := here.Limits, here.Division
	if err := settings.Check(limits); err != nil {
		return err
	}
	groups, err := load.Only(only)
	if err != nil {
		return err
	}
	if division.Shared {
		fmt.Fprintln(s.Err, "bench: one CPU only: the figures contain the interference of the server")
	}
	e := driver.Evidence{Started: time.Now().UTC(), Settings: settings, Environment: here.Environment}
	// The division is about a measured server; here the client is what is measured, and takes its place.
	e.Environment.Affinity["server"], e.Environment.Affinity["agents"] = e.Environment.Affinity["agents"], e.Environment.Affinity["server"]
	var benchmarks []results.SummaryRow
	if micro != "" {
		if benchmarks, err = microRows(micro); err != nil {
			return err
		}
	}
	progress := func(done, of int, next string) {
		fmt.Fprintf(s.Err, "%3d of %d, %3.0f s: %s\n", done+1, of, time.Since(e.Started).Seconds(), next)
	}
	if load.WithOwnCost(only) {
		if e.Pairs, err = driver.RunPairs(ctx, settings, limits, division, progress); err != nil {
			return fmt.Errorf("what the probes cost: %w", err)
		}
	}
	if e.Repetitions, err = driver.Run(ctx, settings, groups, division, progress); err != nil {
		return err
	}
	e.Seconds = time.Since(e.Started).Seconds()
	rows := append(driver.Rows(settings, groups, e.Repetitions), driver.PairRows(settings, e.Pairs)...)
	if err := driver.Save(out, append(rows, benchmarks...), e); err != nil {
		return err
	}
	return errors.Join(show(s.Out, e, groups, rows), driver.Exact(e.Repetitions), driver.BelowBar(rows))
}

func microRows(name string) ([]results.SummaryRow, error) {
	f, err := os.Open(name) //nolint:gosec // the user's own choice
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read
	return driver.Micro(f, name)
}
