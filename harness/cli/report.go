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

	"github.com/pushbench/pushbench/internal/strict"
	"github.com/pushbench/pushbench/report"
	"github.com/pushbench/pushbench/results"
)

// Report redraws a run from its files alone.
func Report(s Streams) *cobra.Command {
	out := filepath.Join("results", "runs")
	var (
		shown shown
		least relevant
	)
	cmd := &cobra.Command{
		Use:   "report RUN",
		Short: "Draw charts and report of a run again, from its files",
		Long: "Report draws charts and report of a run again, from its files. Of some lanes or metrics, it draws into the folder\n" +
			report.SelectionDir + " within that of the run, and the run's own report stays as it is.",
		Example: "  pushbench report latest\n  pushbench report results/reference --all\n  pushbench report latest --format csv\n" +
			"  pushbench report latest --lanes sse-gin,sse-epoll --metrics cpu_per_message,memory_per_connection\n" +
			"  pushbench report latest --format html > report.html",
		Args: arguments(1, 1, "one run: its folder, or its name"),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir, err := runFolder(out, args[0])
			if err != nil {
				return usageError{err}
			}
			return draw(cmd.Context(), s, dir, shown, least.share)
		},
	}
	f := cmd.Flags()
	f.StringVar(&out, "out", out, "folder in which runs are looked for by name")
	shown.flags(f, formats(nil))
	f.StringSliceVar(&shown.selected.Lanes, "lanes", nil, "show these lanes of the run alone, the first as the baseline")
	f.StringSliceVar(&shown.selected.Metrics, "metrics", nil, "show these metrics alone, and the charts about them")
	least.flag(f, "what the run was measured with, or 5%")
	return cmd
}

// shown is what a command prints of a run.
type shown struct {
	report.Options

	format   string
	selected report.Selection
}

func (o *shown) flags(f *pflag.FlagSet, offered []string) {
	f.BoolVar(&o.All, "all", false, "print every metric with its intervals, not the headline metrics alone; of markdown, the page of details as well")
	f.BoolVar(&o.Notes, "notes", false, "print all warnings and notes")
	formatFlag(f, &o.format, offered)
}

// formatFlag names the formats that a command offers.
func formatFlag(f *pflag.FlagSet, to *string, offered []string) {
	f.StringVar(to, "format", offered[0], strings.Join(offered, ", "))
}

// formats are the names of those that can do something; nil: of all.
func formats(can func(report.Format) bool) (out []string) {
	for _, f := range report.Formats() {
		if can == nil || can(f) {
			out = append(out, f.Name)
		}
	}
	return out
}

// format finds a row of the table of formats, among those that a command offers.
func format(name string, offered []string) (report.Format, error) {
	if !slices.Contains(offered, name) {
		return report.Format{}, usageError{noFormat(name, offered...)}
	}
	all := report.Formats()
	return all[slices.IndexFunc(all, func(f report.Format) bool { return f.Name == name })], nil
}

// checked refuses metrics that there are not.
func (o shown) checked() error {
	for _, m := range o.selected.Metrics {
		if _, ok := results.MetricByName(m); !ok {
			return usageError{fmt.Errorf("--metrics: no metric %q%s", m, strict.Suggest(m, results.MetricNames()))}
		}
	}
	return nil
}

// command prints the same once more.
func (o shown) command(dir string) string {
	text := "pushbench report " + dir
	if len(o.selected.Lanes) > 0 {
		text += " --lanes " + strings.Join(o.selected.Lanes, ",")
	}
	if len(o.selected.Metrics) > 0 {
		text += " --metrics " + strings.Join(o.selected.Metrics, ",")
	}
	return text
}

// redrawError is why a run was not drawn again.
func redrawError(dir string, err error) error {
	if errors.Is(err, context.Canceled) {
		return errors.New("interrupted: pushbench report " + dir + " begins anew")
	}
	return unusable(err)
}

// draw writes summary, charts and report of a run, and prints it.
func draw(ctx context.Context, s Streams, dir string, o shown, relevant *float64) error {
	f, err := format(o.format, formats(nil))
	if err == nil {
		err = o.checked()
	}
	if err != nil {
		return err
	}
	in, err := report.WriteSelected(ctx, dir, relevant, o.selected)
	if err != nil {
		return redrawError(dir, err)
	}
	o.Command = o.command(dir)
	if err := f.Run(in, o.Options, s.Out); err != nil {
		if f.Decides { // about what the run was made for, or about lanes that it has
			return usageError{err}
		}
		return err
	}
	paths := s.Err // a program reads the output of the other formats
	if f.Name == formats(nil)[0] {
		paths = s.Out
	}
	fmt.Fprintf(paths, "\nreport: %s\ncharts: %s\n", filepath.Join(in.Dir, "report.md"), filepath.Join(in.Dir, "charts"))
	return nil
}
