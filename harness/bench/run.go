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
		Short: "Measure every case against a fresh server, write latest.csv and print a table",
		Example: `  bench run                              # about ten minutes
  bench run --only 'websocket-client/*' --out bin/bench-only   # one group
  bench run --blocks 1 --connections 100,200   # does everything work?`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return run(cmd.Context(), s, settings, only, out, micro)
		},
	}
	f := cmd.Flags()
	f.IntVar(&settings.Blocks, "blocks", 5, "how often to measure every case; from 6 on intervals have 95 %")
	f.IntSliceVar(&settings.Connections, "connections", []int{1000, 5000, 10000}, "counts to measure at")
	f.Uint64Var(&settings.Seed, "seed", 1, "of the order within blocks")
	f.Float64Var(&settings.PerSecond, "per-second", 20000, "connections due in a second; more than any client here can open")
	f.Float64Var(&settings.Rate, "rate", 5, "messages broadcast in a second")
	f.IntVar(&settings.Messages, "messages", 10, "how many of them")
	f.IntVar(&settings.Size, "size", 128, "bytes of each")
	f.IntVar(&settings.Pairs, "pairs", 200, "how often to broadcast with and without probes around it")
	f.IntVar(&settings.Probed, "probed", 5000, "connections of the server the probes read")
	f.StringSliceVar(&only, "only", nil, "measure these alone, with what their ratios are relative to: patterns of group/case, or "+load.OwnCost)
	f.StringVar(&out, "out", "results/bench", "folder of latest.csv and latest.json")
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
	var rows []driver.Row
	if micro != "" {
		if rows, err = microRows(micro); err != nil {
			return err
		}
	}
	progress := func(done, of int, next string) {
		fmt.Fprintf(s.Err, "%3d of %d, %3.0f s: %s\n", done+1, of, time.Since(e.Started).Seconds(), next)
	}
	if load.WithOwnCost(only) {
		if e.Pairs, err = driver.RunPairs(ctx, settings, limits, division, progress); err != nil {
			return err
		}
	}
	if e.Repetitions, err = driver.Run(ctx, settings, groups, division, progress); err != nil {
		return err
	}
	e.Seconds = time.Since(e.Started).Seconds()
	rows = append(rows, driver.Rows(settings, groups, e.Repetitions)...)
	if len(e.Pairs) > 0 {
		rows = append(rows, driver.PairRows(settings, e.Pairs)...)
	}
	if err := driver.Save(out, rows, e); err != nil {
		return err
	}
	report(s, e, groups, rows)
	if len(e.Pairs) > 0 {
		fmt.Fprintf(s.Out, "\n%s\n", driver.Verdict(e.Pairs))
	}
	return errors.Join(driver.Exact(e.Repetitions), driver.Held(e.Pairs))
}

// report prints the tables, with what they are about.
func report(s cli.Streams, e driver.Evidence, groups []load.Group, rows []driver.Row) {
	fmt.Fprintf(s.Out, "\nmedians of %d blocks, seed %d, %d-byte messages; %s, Linux %s, %s, commit %s, %s; %.0f s\n",
		e.Settings.Blocks, e.Settings.Seed, e.Settings.Size, e.Environment.CPU, e.Environment.Kernel, e.Environment.Go, e.Environment.Commit,
		e.Started.Format(time.DateOnly), e.Seconds)
	for _, g := range groups {
		fmt.Fprintf(s.Out, "\n%s: server lane %s; in brackets: times %s\n", g.Name, g.Lane, g.Baseline)
		for _, c := range g.Cases {
			fmt.Fprintf(s.Out, "  %-10s %s\n", c.Name, c.About)
		}
		fmt.Fprintf(s.Out, "\n%s", driver.Table(g, e.Settings, rows))
	}
}

func microRows(name string) ([]driver.Row, error) {
	f, err := os.Open(name) //nolint:gosec // the user's own choice
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read
	return driver.Micro(f, name)
}
