package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/strict"
	"github.com/pushbench/pushbench/report"
	"github.com/pushbench/pushbench/results"
)

// diffOptions are the flags of diff.
type diffOptions struct {
	out    string
	format string
	all    bool
	lanes  string
	failOn []string
	least  relevant
}

// Diff compares two runs, or two lanes of one, and fails where too much changed.
func Diff(s Streams) *cobra.Command {
	o := diffOptions{out: filepath.Join("results", "runs")}
	cmd := &cobra.Command{
		Use:   "diff OLD NEW | diff RUN --lanes OLD,NEW",
		Short: "Compare two runs, or two lanes of one, metric by metric; fail where one got worse",
		Long: "Diff compares each metric of each lane that two runs of one scenario share: the medians, new divided\n" +
			"by old with a 95 % interval, and a verdict. It wants four trials of a lane in each run. With --lanes it\n" +
			"compares two lanes of one run, which were measured in turn, within its blocks, and wants six of them.",
		Example: "  pushbench diff results/reference latest\n" +
			"  pushbench diff latest --lanes before,after --format markdown\n" +
			"  pushbench diff before latest --fail-on 'cpu_per_message>5%' --fail-on 'sse-gin:rss_per_connection>2%'",
		Args: func(c *cobra.Command, args []string) error {
			if c.Flags().Changed("lanes") {
				return arguments(1, 1, "with --lanes one run: its folder, or its name")(c, args)
			}
			return arguments(2, 2, "two runs: their folders, or their names; or one and --lanes OLD,NEW")(c, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error { return diff(cmd.Context(), s, o, args) },
	}
	f := cmd.Flags()
	f.StringVar(&o.out, "out", o.out, "folder in which runs are looked for by name")
	f.StringVar(&o.lanes, "lanes", "", "compare two lanes of one run: the old one, a comma, the new one")
	formatFlag(f, &o.format, diffFormats())
	f.BoolVar(&o.all, "all", false, "show the rows without a significant difference as well")
	o.least.flag(f, "what the new run was measured with, or 5%")
	f.StringArrayVar(&o.failOn, "fail-on", nil, "end with status 1 where a metric got worse by more: metric>N%, or lane:metric>N%; repeatable")
	return cmd
}

// diffFormats are those that can show the comparison of two runs.
func diffFormats() []string { return formats(func(f report.Format) bool { return f.Diff != nil }) }

func diff(ctx context.Context, s Streams, o diffOptions, runs []string) error {
	shown, err := format(o.format, diffFormats())
	if err != nil {
		return err
	}
	rules, err := parseRules(o.failOn)
	if err != nil {
		return usageError{err}
	}
	d, err := o.compare(ctx, runs)
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

// compare compares two runs, or two lanes of one.
func (o diffOptions) compare(ctx context.Context, runs []string) (*results.Diff, error) {
	var data []*results.Data
	for _, name := range runs {
		dir, err := runFolder(o.out, name)
		if err != nil {
			return nil, usageError{err}
		}
		of, err := results.Load(dir)
		if err != nil {
			return nil, unusable(err)
		}
		data = append(data, of)
	}
	newest := data[len(data)-1]
	least := *o.least.or(newest.Run.Relevant)
	if len(data) == 1 {
		before, after, err := lanePair(newest.Run, o.lanes)
		if err != nil {
			return nil, usageError{err}
		}
		return results.DiffLanes(ctx, newest, before, after, least)
	}
	if err := sameScenario(data[0].Run, newest.Run); err != nil {
		return nil, usageError{err}
	}
	return results.NewDiff(ctx, data[0], newest, least)
}

// lanePair reads the value of --lanes.
func lanePair(run results.Run, text string) (before, after string, err error) {
	before, after, _ = strings.Cut(text, ",")
	before, after = strings.TrimSpace(before), strings.TrimSpace(after)
	known := results.Names(run.Lanes)
	for _, name := range []string{before, after} {
		switch {
		case name == "" || strings.Contains(name, ","):
			return "", "", fmt.Errorf("--lanes %q: want two lanes of the run, the old one first, such as before,after", text)
		case !slices.Contains(known, name):
			return "", "", fmt.Errorf("--lanes: run %s has no lane %q%s", run.Name, name, strict.Suggest(name, known))
		}
	}
	if before == after {
		return "", "", fmt.Errorf("--lanes: %s is not to be compared with itself: run it with %s+control", before, before)
	}
	return before, after, nil
}

// sameScenario refuses runs whose trials did different things.
func sameScenario(before, after results.Run) error {
	if len(results.SharedLanes(before, after)) == 0 {
		return fmt.Errorf("the runs share no lane: %s has %s, %s has %s", before.Name, lanes(before), after.Name, lanes(after))
	}
	if before.Source == after.Source && maps.Equal(before.PhaseOverride, after.PhaseOverride) { // lanes may differ
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
