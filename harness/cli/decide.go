package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/report/decision"
	"github.com/pushbench/pushbench/results"
)

// Decide measures the options for a workload, or takes a run that exists, and writes what the workload takes on each.
func Decide(s Streams) *cobra.Command {
	d := decide{Streams: s}
	cmd := &cobra.Command{
		Use:   "decide [RUN]",
		Short: "Measure the options for a workload and write what it takes on each, for a design document",
		Long: "Measure the options for a workload and write what it takes on each: cores, memory and traffic for its users, and where the order of the options changes.\n" +
			"With a run, nothing is measured.",
		Example: "  pushbench decide --users 20000 --rate 1 --size 300B --p99 250ms\n" +
			"  pushbench decide latest --users 20000 --rate 1 --lanes ws-gorilla,sse-gin",
		Args: arguments(0, 1, "one run, or none to measure one: its folder, or its name"),
		RunE: func(cmd *cobra.Command, args []string) error { return d.run(cmd.Context(), args) },
	}
	d.flags(cmd.Flags())
	return cmd
}

// decide is one invocation.
type decide struct {
	Streams

	workload results.Workload
	lanes    []string
	out      string
	quick    bool
	given    func(flag string) bool
}

func (d *decide) flags(f *pflag.FlagSet) {
	w := &d.workload
	w.Size = 128
	f.IntVar(&w.Users, "users", 0, "users that are connected at the same time")
	f.Float64Var(&w.Rate, "rate", 0, "messages a second to each user")
	f.Var((*size)(&w.Size), "size", "bytes of such a message: 300, 300B or 2KiB")
	f.Float64Var(&w.ClientRate, "client-rate", 0, "messages a second from each user")
	f.Var((*hourly)(&w.Reconnects), "reconnects", "of each user, in an hour: 6 or 6/h")
	f.DurationVar(&w.P99, "p99", 0, "the most that the 99th percentile of latency may be; 0: no target")
	f.StringSliceVar(&d.lanes, "lanes", nil, fmt.Sprintf("the options, at most %d, the first as the baseline (default ws-gorilla,sse-gin,longpoll; with a run, its first)", decision.Most))
	f.StringVar(&d.out, "out", filepath.Join("results", "runs"), "folder in which runs are made, and looked for by name")
	f.BoolVar(&d.quick, "quick", false, "measure a tenth of the connections, in about two minutes")
	d.given = f.Changed
}

func (d *decide) run(ctx context.Context, args []string) error {
	if len(d.lanes) > decision.Most {
		return usageError{fmt.Errorf("--lanes: a decision is between at most %d options, not %d: leave some out", decision.Most, len(d.lanes))}
	}
	if len(args) == 0 {
		return d.measure(ctx)
	}
	dir, err := runFolder(d.out, args[0])
	if err != nil {
		return usageError{err}
	}
	return d.write(ctx, dir)
}

// measure runs the scenario of the workload.
func (d *decide) measure(ctx context.Context) error {
	if err := d.workload.Check(); err != nil {
		return usageError{err}
	}
	source, err := decision.Scenario(d.workload, d.quick)
	if err != nil {
		return err
	}
	o := runOptions{
		out: d.out, engine: string(fleet.Auto), budget: time.Hour, given: d.given, lanes: d.lanes, workload: &d.workload, made: source,
	}
	dir, err := measure(ctx, d.Streams, o, []string{"decide"})
	if dir == "" || ctx.Err() != nil {
		return err
	}
	return errors.Join(err, d.write(ctx, dir))
}

// write puts the decision beside the rows of the run.
func (d *decide) write(ctx context.Context, dir string) error {
	in, err := redrawn(ctx, dir, nil)
	if err != nil {
		return err
	}
	page, err := decision.New(in.Data, d.about(in.Data.Run), d.lanes)
	if err != nil {
		return usageError{err}
	}
	var b bytes.Buffer
	if err := page.Markdown(&b); err != nil {
		return err
	}
	file := filepath.Join(dir, "decision.md")
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		return err
	}
	if _, err := d.Out.Write(b.Bytes()); err != nil {
		return err
	}
	fmt.Fprintf(d.Err, "\ndecision: %s\nreport: %s\n", file, filepath.Join(dir, "report.md"))
	return nil
}

// about is the workload of the flags, and where they do not say, the one a run was made for.
func (d *decide) about(run results.Run) results.Workload {
	w := d.workload
	if run.Workload == nil {
		return w
	}
	for flag, take := range map[string]func(from results.Workload){
		"users":       func(from results.Workload) { w.Users = from.Users },
		"rate":        func(from results.Workload) { w.Rate = from.Rate },
		"size":        func(from results.Workload) { w.Size = from.Size },
		"client-rate": func(from results.Workload) { w.ClientRate = from.ClientRate },
		"reconnects":  func(from results.Workload) { w.Reconnects = from.Reconnects },
		"p99":         func(from results.Workload) { w.P99 = from.P99 },
	} {
		if !d.given(flag) {
			take(*run.Workload)
		}
	}
	return w
}

// size is a number of bytes, with a unit or without.
type size int

func (*size) Type() string     { return "size" }
func (s *size) String() string { return strconv.Itoa(int(*s)) }

// Set reads one.
func (s *size) Set(text string) error {
	factor := 1
	number := text
	for _, u := range []struct {
		suffix string
		factor int
	}{{"MiB", 1 << 20}, {"KiB", 1 << 10}, {"MB", 1e6}, {"kB", 1e3}, {"KB", 1e3}, {"B", 1}} {
		if n, ok := strings.CutSuffix(text, u.suffix); ok {
			number, factor = strings.TrimSpace(n), u.factor
			break
		}
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > 1<<30/factor {
		return fmt.Errorf("want bytes, such as 300, 300B or 2KiB, not %q", text)
	}
	*s = size(n * factor)
	return nil
}

// hourly is how often something happens in an hour.
type hourly float64

func (*hourly) Type() string     { return "number" }
func (h *hourly) String() string { return strconv.FormatFloat(float64(*h), 'f', -1, 64) }

// Set reads one.
func (h *hourly) Set(text string) error {
	v, err := strconv.ParseFloat(strings.TrimSuffix(text, "/h"), 64)
	if err != nil || !(v >= 0) {
		return fmt.Errorf("want how often in an hour, such as 6 or 6/h, not %q", text)
	}
	*h = hourly(v)
	return nil
}
