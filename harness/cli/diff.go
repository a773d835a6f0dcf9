package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/report"
	"github.com/pushbench/pushbench/results"
)

// diffOptions are the flags of diff.
type diffOptions struct {
	out    string
	format string
	all    bool
	failOn []string
	least  relevant
}

// Diff compares two runs, and fails where too much changed.
func Diff(s Streams) *cobra.Command {
	o := diffOptions{out: filepath.Join("results", "runs")}
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Compare two runs of one scenario, metric by metric; fail where one got worse",
		Long: "Diff compares each metric of each lane that two runs of one scenario share: the medians, new divided\n" +
			"by old with a 95 % interval, and a verdict. It wants four trials of a lane in each run.",
		Example: "  pushbench diff results/reference latest\n" +
			"  pushbench diff before latest --format markdown\n" +
			"  pushbench diff before latest --fail-on 'cpu_per_message>5%' --fail-on 'sse-gin:rss_per_connection>2%'",
		Args: arguments(2, 2, "two runs: their folders, or their names"),
		RunE: func(cmd *cobra.Command, args []string) error { return diff(cmd.Context(), s, o, args[0], args[1]) },
	}
	f := cmd.Flags()
	f.StringVar(&o.out, "out", o.out, "folder in which runs are looked for by name")
	formatFlag(f, &o.format)
	f.BoolVar(&o.all, "all", false, "show the rows without a significant difference as well")
	o.least.flag(f, "what the new run was measured with, or 5%")
	f.StringArrayVar(&o.failOn, "fail-on", nil, "end with status 1 where a metric got worse by more: metric>N%, or lane:metric>N%; repeatable")
	return cmd
}

func diff(ctx context.Context, s Streams, o diffOptions, before, after string) error {
	shown, err := format(o.format)
	if err != nil {
		return err
	}
	rules, err := parseRules(o.failOn)
	if err != nil {
		return usageError{err}
	}
	var data [2]*results.Data
	for i, name := range []string{before, after} {
		dir, err := runFolder(o.out, name)
		if err != nil {
			return usageError{err}
		}
		if data[i], err = results.Load(dir); err != nil {
			return unusable(err)
		}
	}
	if err := sameScenario(data[0].Run, data[1].Run); err != nil {
		return usageError{err}
	}
	d, err := results.NewDiff(ctx, data[0], data[1], *o.least.or(data[1].Run.Relevant))
	if err != nil {
		return err
	}
	for _, r := range rules {
		if err := r.watches(d); err != nil {
			return usageError{err}
		}
	}
	if err := shown.Diff(d, report.Options{All: o.all}, s.Out); err != nil {
		return err
	}
	return broken(rules, d.Rows)
}

// sameScenario refuses runs whose trials did different things.
func sameScenario(before, after results.Run) error {
	if len(results.SharedLanes(before, after)) == 0 {
		return fmt.Errorf("the runs share no lane: %s has %s, %s has %s", before.Name, lanes(before), after.Name, lanes(after))
	}
	if before.Source == after.Source { // lanes may differ
		return nil
	}
	v := catalog()
	for _, run := range []results.Run{before, after} { // an older version may have known other names
		for _, l := range run.Lanes {
			if l.Tag == scenario.TagExternal { // which the run has kept
				continue
			}
			v.Lanes = append(v.Lanes, l.Name)
		}
		for _, m := range run.Metrics {
			name, _, _ := strings.Cut(m, "@")
			v.Metrics = append(v.Metrics, name)
		}
	}
	slices.Sort(v.Lanes)
	slices.Sort(v.Metrics)
	v.Lanes, v.Metrics = slices.Compact(v.Lanes), slices.Compact(v.Metrics)
	var parsed [2]*scenario.Scenario
	for i, run := range []results.Run{before, after} {
		var err error
		if parsed[i], err = restore(run.Scenario+".yaml", run, v); err != nil {
			why, _, _ := strings.Cut(err.Error(), "\n")
			return fmt.Errorf("the runs' scenarios differ, and this version cannot read that of %s: %s", run.Name, why)
		}
	}
	keys, err := scenario.Differences(parsed[0], parsed[1])
	if err != nil {
		return err
	}
	if len(keys) > 0 {
		return errors.New("the runs are of different scenarios, they differ in " + strings.Join(keys, ", ") +
			": measure both with the same one; lanes, blocks, seed, metrics and comments may differ")
	}
	return nil
}

func lanes(run results.Run) string {
	return strings.Join(results.Names(run.Lanes), ", ")
}
