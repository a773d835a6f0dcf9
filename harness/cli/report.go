package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/pushbench/pushbench/report"
)

// Report redraws a run from its files alone.
func Report(s Streams) *cobra.Command {
	out, all := filepath.Join("results", "runs"), false
	var least relevant
	cmd := &cobra.Command{
		Use:     "report RUN",
		Short:   "Draw charts and report of a run again, from its files",
		Example: "  pushbench report latest\n  pushbench report results/reference",
		Args:    arguments(1, 1, "one run: its folder, or its name"),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir, err := runFolder(out, args[0])
			if err != nil {
				return usageError{err}
			}
			return draw(cmd.Context(), s, dir, all, least.share)
		},
	}
	cmd.Flags().StringVar(&out, "out", out, "folder in which runs are looked for by name")
	cmd.Flags().BoolVar(&all, "all", all, allUsage)
	least.flag(cmd.Flags(), "what the run was measured with, or 5%")
	return cmd
}

const allUsage = "print the verdicts of all metrics, not of the headline metrics alone"

// draw writes summary, charts and report of a run, and prints its verdicts.
func draw(ctx context.Context, s Streams, dir string, all bool, relevant *float64) error {
	data, rows, err := report.Write(ctx, dir, relevant)
	if errors.Is(err, context.Canceled) {
		return errors.New("interrupted: pushbench report " + dir + " begins anew")
	}
	if err != nil {
		return unusable(err)
	}
	command := "pushbench report " + dir + " --all"
	if all {
		command = ""
	}
	if err := report.Table(data, rows, command, s.Out); err != nil {
		return err
	}
	fmt.Fprintf(s.Out, "\nreport: %s\ncharts: %s\n", filepath.Join(dir, "report.md"), filepath.Join(dir, "charts"))
	return nil
}
