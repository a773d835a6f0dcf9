package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pushbench/pushbench/report"
)

// Report redraws a run from its files alone.
func Report(s Streams) *cobra.Command {
	out := filepath.Join("results", "runs")
	var (
		shown shown
		least relevant
	)
	cmd := &cobra.Command{
		Use:     "report RUN",
		Short:   "Draw charts and report of a run again, from its files",
		Example: "  pushbench report latest\n  pushbench report results/reference --all\n  pushbench report latest --format csv",
		Args:    arguments(1, 1, "one run: its folder, or its name"),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir, err := runFolder(out, args[0])
			if err != nil {
				return usageError{err}
			}
			return draw(cmd.Context(), s, dir, shown, least.share)
		},
	}
	cmd.Flags().StringVar(&out, "out", out, "folder in which runs are looked for by name")
	shown.flags(cmd.Flags())
	least.flag(cmd.Flags(), "what the run was measured with, or 5%")
	return cmd
}

// shown is what a command prints of a run.
type shown struct {
	report.Options

	format string
}

func (o *shown) flags(f *pflag.FlagSet) {
	f.BoolVar(&o.All, "all", false, "print every metric with its intervals, not the headline metrics alone; of markdown, the page of details as well")
	f.BoolVar(&o.Notes, "notes", false, "print all warnings and notes")
	formatFlag(f, &o.format)
}

// formatFlag names the formats of the table.
func formatFlag(f *pflag.FlagSet, to *string) {
	f.StringVar(to, "format", formatNames()[0], strings.Join(formatNames(), ", "))
}

func formatNames() (out []string) {
	for _, f := range report.Formats() {
		out = append(out, f.Name)
	}
	return out
}

// format finds a row of the table of formats.
func format(name string) (report.Format, error) {
	i := slices.Index(formatNames(), name)
	if i < 0 {
		return report.Format{}, usageError{noFormat(name, formatNames()...)}
	}
	return report.Formats()[i], nil
}

// redrawn writes summary, charts and report of a run.
func redrawn(ctx context.Context, dir string, relevant *float64) (report.Input, error) {
	in, err := report.Write(ctx, dir, relevant)
	if errors.Is(err, context.Canceled) {
		return in, errors.New("interrupted: pushbench report " + dir + " begins anew")
	}
	return in, unusable(err)
}

// draw writes summary, charts and report of a run, and prints it.
func draw(ctx context.Context, s Streams, dir string, o shown, relevant *float64) error {
	f, err := format(o.format)
	if err != nil {
		return err
	}
	in, err := redrawn(ctx, dir, relevant)
	if err != nil {
		return err
	}
	o.Command = "pushbench report " + dir
	if err := f.Run(in, o.Options, s.Out); err != nil {
		return err
	}
	paths := s.Err // a program reads the output of the other formats
	if f.Name == formatNames()[0] {
		paths = s.Out
	}
	fmt.Fprintf(paths, "\nreport: %s\ncharts: %s\n", filepath.Join(dir, "report.md"), filepath.Join(dir, "charts"))
	return nil
}
