package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/pushbench/pushbench/report"
)

// Run measures without drawing: the rows are there for pushbench report, here or elsewhere.
func Run(s Streams) *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:     "run [scenario]",
		Short:   "Measure a scenario and write its rows, without charts and report",
		Example: "  pushbench run my.yaml && pushbench report latest",
		Args:    arguments(0, 1, "at most one scenario"),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir, err := measure(cmd.Context(), s, o, args)
			if dir != "" {
				fmt.Fprintf(s.Err, "rows in %s: pushbench report %s draws them\n", dir, dir)
			}
			return err
		},
	}
	o.flags(cmd)
	o.phaseFlags(cmd.Flags())
	return cmd
}

// Compare is the main job: measure, draw, and compare.
func Compare(s Streams) *cobra.Command {
	var o runOptions
	var shown shown
	cmd := &cobra.Command{
		Use:   "compare [scenario]",
		Short: "Measure a scenario, write CSV, charts and report, and print the verdicts",
		Long: "Compare runs the scenario's lanes in shuffled blocks of fresh processes, an embedded scenario\n" +
			"(see pushbench list scenarios) or a file of your own; without a name, the scenario compare.",
		Example: "  pushbench compare\n  pushbench compare quick\n  pushbench compare my.yaml\n  pushbench compare --resume results/runs/latest\n" +
			"  pushbench compare --lanes ws-gorilla,sse-gin,longpoll\n  pushbench compare --lanes @default,@floor\n" +
			"  pushbench compare --connections 20000 --rate 1 --size 300B --payload json\n" +
			"  pushbench compare --until-precise 3% --budget 1h",
		Args: arguments(0, 1, "at most one scenario"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := format(shown.format, measuredFormats()); err != nil {
				return err
			}
			dir, err := measure(cmd.Context(), s, o, args)
			if dir == "" {
				return err
			}
			// What was measured is reported, whatever ended the run; the next interrupt ends the report.
			ctx := cmd.Context()
			if ctx.Err() != nil {
				ctx = context.WithoutCancel(ctx)
			}
			return errors.Join(err, draw(ctx, s, dir, shown, nil))
		},
	}
	o.flags(cmd)
	o.phaseFlags(cmd.Flags())
	shown.flags(cmd.Flags(), measuredFormats())
	return cmd
}

// measuredFormats are those of a run that was made for no workload.
func measuredFormats() []string { return formats(func(f report.Format) bool { return !f.Decides }) }
