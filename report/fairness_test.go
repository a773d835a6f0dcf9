package report

import (
	"slices"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/internal/fixture"
	"github.com/pushbench/pushbench/results"
)

// Each case spoils the usual run in one respect; the report must say so, in one warning, and of the usual run say nothing.
func TestFairnessWarns(t *testing.T) {
	set := func(lane, metric string, v float64) func(*results.Sample) {
		return func(s *results.Sample) {
			if s.Lane == lane && s.Metric == metric {
				s.Value = v
			}
		}
	}
	both := func(edits ...func(*results.Sample)) func(*results.Sample) {
		return func(s *results.Sample) {
			for _, edit := range edits {
				edit(s)
			}
		}
	}
	state := func(lane int, name, value string) func(*results.Run) {
		return func(r *results.Run) {
			r.Lanes = slices.Clone(r.Lanes)
			r.Lanes[lane].Settings = append(slices.Clone(r.Lanes[lane].Settings), results.Setting{Name: name, Value: value})
		}
	}
	off := both(set("tcp", "tcp_nodelay", 0), set("tcp", "tcp_nodelay_most", 0))
	for _, c := range []struct {
		name string
		edit func(*results.Sample)
		run  func(*results.Run)
		want string // empty: no warning
	}{
		{name: "usual"},
		{name: "a socket option nobody states", edit: off, want: "lanes differ in TCP_NODELAY, which no row of theirs states: ws-gorilla on, sse-gin on, tcp off"},
		{name: "stated by its lane", edit: off, run: state(2, "TCP_NODELAY", "off")},
		{name: "stated and not so", run: state(2, "TCP_NODELAY", "off"), want: "tcp states TCP_NODELAY off, and on was read"},
		{
			name: "half of the connections", edit: set("tcp", "tcp_nodelay", 0), run: state(2, "TCP_NODELAY", "off to on"),
			want: "tcp is not set alike in all of its connections and trials: TCP_NODELAY off to on",
		},
		{name: "one trial", run: state(1, "GOGC", "100 to 200"), edit: func(s *results.Sample) {
			if s.Lane == "sse-gin" && s.Metric == "gogc" && s.Block == 2 {
				s.Value = 200
			}
		}, want: "sse-gin is not set alike in all of its connections and trials: GOGC 100 to 200"},
		{name: "buffers the kernel tunes", edit: set("tcp", "so_sndbuf_most", 5e6)},
		{
			name: "buffers of another size", edit: both(set("tcp", "so_sndbuf", 8192), set("tcp", "so_sndbuf_most", 8192)),
			want: "lanes differ in SO_SNDBUF, which no row of theirs states: ws-gorilla 3.76 MiB, sse-gin 3.76 MiB, tcp 8.00 KiB",
		},
		{name: "another algorithm", edit: func(s *results.Sample) {
			if s.Lane == "ws-gorilla" && s.Metric == "tcp_congestion_cubic" {
				s.Metric = "tcp_congestion_bbr"
			}
		}, want: "lanes differ in TCP_CONGESTION, which no row of theirs states: ws-gorilla bbr, sse-gin cubic, tcp cubic"},
		{name: "a goroutine too many", edit: func(s *results.Sample) {
			if s.Lane == "sse-gin" && s.Metric == "goroutines" {
				s.Value += float64(s.Connections)
			}
		}, want: "sse-gin states 2 goroutines, and 3 were measured"},
		{name: "one goroutine of many connections", edit: func(s *results.Sample) {
			if s.Metric == "goroutines" {
				s.Value += float64(s.Connections / 2500)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := fixture.Usual()
			s.Blocks, s.NoHistograms, s.Edit, s.Run = 2, true, c.edit, c.run
			d, err := results.Load(s.Write(t))
			fixture.Must(t, err)
			f, err := newFairness(d)
			fixture.Must(t, err)
			var want []string
			if c.want != "" {
				want = []string{c.want}
			}
			if !slices.Equal(f.Warnings, want) {
				t.Errorf("%q, want %q", f.Warnings, want)
			}
		})
	}
}

// A lane on UDP has no sockets of its connections whose options could be read, and that is no secret.
func TestFairnessOfALaneOnUDP(t *testing.T) {
	s := fixture.Usual()
	s.Blocks, s.NoHistograms = 1, true
	s.Keep = func(s results.Sample) bool { return s.Source != "sockopts" || s.Lane != "tcp" }
	s.Run = func(r *results.Run) {
		r.Lanes = slices.Clone(r.Lanes)
		r.Lanes[2].UDP = true
	}
	d, err := results.Load(s.Write(t))
	fixture.Must(t, err)
	f, err := newFairness(d)
	fixture.Must(t, err)
	for _, k := range f.Table {
		if k.Name == "TCP_NODELAY, as read" && !slices.Equal(k.Values, []string{"on", "on", "none: UDP"}) {
			t.Errorf("%s: %q", k.Name, k.Values)
		}
		if k.Name == "GOGC, as read" && k.Values[2] != k.Values[0] {
			t.Errorf("%s: %q", k.Name, k.Values)
		}
	}
	if len(f.Warnings) > 0 {
		t.Errorf("warnings %q", f.Warnings)
	}
}

// A run of before the settings were read, after metrics of its own: what is stated stands there, and nothing is made up.
func TestFairnessOfARunWithoutReadings(t *testing.T) {
	s := fixture.Usual()
	s.Blocks, s.NoHistograms = 1, true
	s.Keep = func(s results.Sample) bool {
		return s.Source != "sockopts" && s.Source != "gosettings" && s.Lane != "tcp"
	}
	s.Run = func(r *results.Run) { r.Metrics = []string{"cpu_per_message"} }
	d, err := results.Load(s.Write(t))
	fixture.Must(t, err)
	f, err := newFairness(d)
	fixture.Must(t, err)
	var names []string
	for _, k := range f.Table {
		names = append(names, k.Name+": "+strings.Join(k.Values, "|"))
	}
	for _, want := range []string{"goroutines per connection, measured: 2|2|–", "compression: off|off|off"} {
		if !slices.Contains(names, want) {
			t.Errorf("no %q in %q", want, names)
		}
	}
	if slices.ContainsFunc(names, func(n string) bool { return strings.Contains(n, "as read") }) || len(f.Warnings) > 0 {
		t.Errorf("%q, warnings %q", names, f.Warnings)
	}
	want := []string{"sse-gin differs from ws-gorilla in: transport, goroutines, heartbeat, flush", "tcp differs from ws-gorilla in: transport, heartbeat"}
	if !slices.Equal(f.Differences, want) {
		t.Errorf("%q, want %q", f.Differences, want)
	}
}
