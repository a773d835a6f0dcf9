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
	"github.com/pushbench/pushbench/internal/strict"
	"github.com/pushbench/pushbench/report"
	"github.com/pushbench/pushbench/report/decision"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// Decide measures the options for a workload, or takes a run that exists, and writes what the workload takes on each.
func Decide(s Streams) *cobra.Command {
	d := decide{Streams: s}
	cmd := &cobra.Command{
		Use:   "decide [WORKLOAD.yaml] [RUN]",
		Short: "Measure the options for a workload and write what it takes on each, for a design document",
		Long: "Measure the options for a workload and write what it takes on each: cores, memory and traffic for its users, and where the order of the options changes.\n" +
			"A workload is described by flags, or by a file, which may have several loads. With a run, nothing is measured.",
		Example: "  pushbench decide --users 20000 --rate 1 --size 300B --p99 250ms\n" +
			"  pushbench decide workload.yaml --quick\n" +
			"  pushbench decide workload.yaml latest\n" +
			"  pushbench decide latest --users 20000 --rate 1 --lanes ws-gorilla,sse-gin --prices aws",
		Args: arguments(0, 2, "at most a workload, which is a file that ends in .yaml, and behind it a run: its folder, or its name"),
		RunE: func(cmd *cobra.Command, args []string) error { return d.run(cmd.Context(), args) },
	}
	d.flags(cmd.Flags())
	return cmd
}

// decide is one invocation.
type decide struct {
	Streams

	workload results.Workload  // of the flags
	file     *results.Workload // nil: none
	lanes    []string
	prices   string
	out      string
	quick    bool
	given    func(flag string) bool
	priced   *decision.Prices // of --prices; nil: none
}

func (d *decide) flags(f *pflag.FlagSet) {
	w := &d.workload
	w.Size = results.UsualSize
	f.IntVar(&w.Users, "users", 0, "users that are connected at the same time")
	f.Float64Var(&w.Rate, "rate", 0, "messages a second to each user")
	f.Var((*size)(&w.Size), "size", "bytes of such a message: 300, 300B or 2KiB")
	f.Float64Var(&w.ClientRate, "client-rate", 0, "messages a second from each user")
	f.Var((*hourly)(&w.Reconnects), "reconnects", "of each user, in an hour: 6 or 6/h")
	f.DurationVar(&w.P99, "p99", 0, "the most that the 99th percentile of latency may be; 0: no target")
	f.StringVar(&w.Path, "path", "", "what stands between clients and servers: tls; empty: nothing")
	f.StringSliceVar(&d.lanes, "lanes", nil, fmt.Sprintf("the options, at most %d, the first as the baseline (default ws-gorilla,sse-gin,longpoll; with a run, its first)", decision.Most))
	f.StringVar(&d.prices, "prices", "", fmt.Sprintf("adds what the options cost: a price file, or those of a vendor (%s)", strings.Join(decision.PricesOfVendors(), ", ")))
	f.StringVar(&d.out, "out", filepath.Join("results", "runs"), "folder in which runs are made, and looked for by name")
	f.BoolVar(&d.quick, "quick", false, "measure a tenth of the connections, in about two minutes")
	d.given = f.Changed
}

func (d *decide) run(ctx context.Context, args []string) error {
	if len(args) > 0 && strict.IsFile(args[0]) {
		w, lanes, err := decision.ReadWorkload(args[0])
		if err != nil {
			return usageError{err}
		}
		d.file, args = &w, args[1:]
		if !d.given("lanes") {
			d.lanes = lanes
		}
	}
	if len(d.lanes) > decision.Most {
		return usageError{fmt.Errorf("a decision is between at most %d options, not %d: leave some out", decision.Most, len(d.lanes))}
	}
	if d.given("prices") {
		prices, err := decision.LoadPrices(d.prices)
		if err != nil {
			return usageError{err}
		}
		d.priced = prices
	}
	if len(args) == 0 {
		d.workload = d.about(nil)
		return d.measure(ctx)
	}
	if len(args) > 1 {
		return usageError{fmt.Errorf("%s is no workload: that is a file which ends in .yaml, and stands before the run", args[0])}
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
	in, err := report.WriteOptions(ctx, dir, d.lanes)
	if err != nil {
		return redrawError(dir, err)
	}
	page, err := report.Decide(in, d.about(in.Data.Run.Workload))
	if err != nil {
		return usageError{err}
	}
	page.Prices = d.priced
	file := filepath.Join(dir, "decision.md")
	var b, html bytes.Buffer
	err = errors.Join(page.Markdown(&b), page.HTML(&html))
	if err == nil {
		err = errors.Join(os.WriteFile(file, b.Bytes(), 0o644), os.WriteFile(filepath.Join(dir, "decision.html"), html.Bytes(), 0o644))
	}
	if err != nil {
		return err
	}
	if _, err := d.Out.Write(b.Bytes()); err != nil {
		return err
	}
	fmt.Fprintf(d.Err, "\ndecision: %s\nreport: %s\n", file, filepath.Join(in.Dir, "report.md"))
	return nil
}

// about is the workload of the file, or else of the run, with what flags say in its place; that of the flags alone where there is
// neither.
func (d *decide) about(ofRun *results.Workload) results.Workload {
	w, from := d.workload, d.file
	if from == nil {
		from = ofRun
	}
	if from == nil {
		return w
	}
	out := *from
	for flag, take := range map[string]func(){
		"users":       func() { out.Users = w.Users },
		"rate":        func() { out.Rate = w.Rate },
		"size":        func() { out.Size = w.Size },
		"client-rate": func() { out.ClientRate = w.ClientRate },
		"reconnects":  func() { out.Reconnects = w.Reconnects },
		"p99":         func() { out.P99 = w.P99 },
		"path":        func() { out.Path = w.Path },
	} {
		if d.given(flag) {
			take()
		}
	}
	return out
}

// size is a number of bytes, with a unit or without.
type size int

func (*size) Type() string     { return "size" }
func (s *size) String() string { return strconv.Itoa(int(*s)) }

// Set reads one.
func (s *size) Set(text string) error {
	n, err := words.ParseSize(text)
	if err == nil {
		*s = size(n)
	}
	return err
}

// hourly is how often something happens in an hour.
type hourly float64

func (*hourly) Type() string     { return "number" }
func (h *hourly) String() string { return strconv.FormatFloat(float64(*h), 'f', -1, 64) }

// Set reads one.
func (h *hourly) Set(text string) error {
	v, err := words.ParseHourly(text)
	if err == nil {
		*h = hourly(v)
	}
	return err
}
