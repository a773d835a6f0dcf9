package scenario

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/internal/wire"
)

var update = flag.Bool("update", false, "write what is now into the golden files")

func vocabulary() Vocabulary {
	return Vocabulary{
		Lanes:   []string{"ws-gorilla", "sse-gin", "tcp"},
		Options: []string{"twin", "ballast", "delay", "burn", "lossy", "tls"},
		Twins:   []string{"twin"},
		Check: func(lane string) error {
			if lane == "tcp+tls" {
				return errors.New("tcp cannot have +tls: it has been told not to")
			}
			return nil
		},
		Metrics: []string{"reach", "lost", "cpu_per_message"},
	}
}

func TestMistakes(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, err = Parse(filepath.Base(file), source, vocabulary())
			if err == nil {
				t.Fatal("parsed")
			}
			golden := strings.TrimSuffix(file, ".yaml") + ".golden"
			got := err.Error() + "\n"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestFileTooLarge(t *testing.T) {
	_, err := Parse("big.yaml", []byte(strings.Repeat("[", maxSource+1)), vocabulary())
	if err == nil || err.Error() != "big.yaml:1:1: the file is larger than 16 KiB: a scenario is a page of text" {
		t.Errorf("got %v", err)
	}
}

func TestMinimalFileHasTheDefaults(t *testing.T) {
	const source = "lanes: [tcp]\nconnections: [1]\n"
	got, err := Parse("some/where/minimal.yaml", []byte(source), vocabulary())
	if err != nil {
		t.Fatal(err)
	}
	want := &Scenario{
		Name: "minimal", Lanes: []string{"tcp"}, Connections: []int{1},
		Ramp: Ramp{Rate: 2500}, Servers: 1, Poll: time.Second, TLS: TLS{Resume: true}, Heartbeat: Heartbeat{Every: 15 * time.Second, Timer: TimerShared, Unacked: 20 * time.Second},
		Fleet:   wire.Profile{Reconnect: wire.Reconnect{Policy: wire.ReconnectNone, Delay: time.Second, Most: 30 * time.Second}},
		History: 1024, Lag: LagDisconnect, Reader: ReaderCoalesced, Idle: 2 * time.Second, Warmup: 10, Broadcasts: []Broadcast{}, Uplinks: []Uplinks{},
		Blocks: 6, Seed: 1, Metrics: []string{}, Patience: 30 * time.Second,
		File: "some/where/minimal.yaml", Source: source,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestEveryKeyIsRead(t *testing.T) {
	const source = "\ufeffname: all-keys\r\n" + `description: |
  two
  lines
lanes: [sse-gin, tcp]
connections: [10, 2e1, 1_000]
ramp: {rate: 0.5e2, storm: true}
servers: 4
fleet:
  reconnect: {policy: jitter, delay: 10ms, most: 1s}
  slow: {share: 0.25, rate: 1000}
  churn: {lifetime: 2s}
heartbeat: {every: 0, timer: each, unacked: 500ms}
poll: 3s
tls: {resume: false}
history: 16
lag: skip
reader: awake
idle: 0
warmup: 2
broadcasts:
  - {name: first, rate: 0.1, duration: 30s}
  - {name: second, rate: 1000, duration: 1m1.5s, size: 4096, payload: json, stall: 1s, cut: true, silence: 0.1, uplink: {rate: 0.5, size: 16}}
uplinks:
  - {name: third, rate: 0.5, duration: 4s}
  - {name: fourth, rate: 1000, duration: 1s, size: 4096}
trace: 10s
blocks: 2
seed: 9007199254740991
metrics: [lost]
patience: 1m
`
	got, err := Parse("x.yaml", []byte(source), vocabulary())
	if err != nil {
		t.Fatal(err)
	}
	want := &Scenario{
		Name: "all-keys", Description: "two\nlines\n", Lanes: []string{"sse-gin", "tcp"}, Connections: []int{10, 20, 1000},
		Ramp: Ramp{Rate: 50, Storm: true}, Servers: 4, Poll: 3 * time.Second, Heartbeat: Heartbeat{Timer: TimerEach, Unacked: 500 * time.Millisecond}, History: 16, Lag: LagSkip, Reader: ReaderAwake,
		Fleet: wire.Profile{
			Reconnect: wire.Reconnect{Policy: wire.ReconnectJitter, Delay: 10 * time.Millisecond, Most: time.Second},
			Slow:      wire.Slow{Share: 0.25, Rate: 1000}, Churn: wire.Churn{Lifetime: 2 * time.Second},
		},
		Warmup: 2,
		Broadcasts: []Broadcast{
			{Name: "first", Rate: 0.1, Duration: 30 * time.Second, Size: 128, Payload: wire.PayloadText, Uplink: Uplink{Size: 128}},
			{Name: "second", Rate: 1000, Duration: 61500 * time.Millisecond, Size: 4096, Payload: wire.PayloadJSON, Stall: time.Second, Cut: true, Silence: 0.1, Uplink: Uplink{Rate: 0.5, Size: 16}},
		},
		Uplinks: []Uplinks{
			{Name: "third", Rate: 0.5, Duration: 4 * time.Second, Size: 128},
			{Name: "fourth", Rate: 1000, Duration: time.Second, Size: 4096},
		},
		Trace:  10 * time.Second,
		Blocks: 2, Seed: 9007199254740991, Metrics: []string{"lost"}, Patience: time.Minute,
		File: "x.yaml", Source: source,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if n := got.Broadcasts[0].Count(); n != 3 {
		t.Errorf("%d messages in 30s at 0.1 per second, want 3", n)
	}
	if sent, ok := got.Broadcasts[1].Sent(); !ok || sent != (Uplinks{Name: "second", Rate: 0.5, Duration: 61500 * time.Millisecond, Size: 16}) || sent.Count() != 30 {
		t.Errorf("the second broadcast's clients send %+v, %v", sent, ok)
	}
	if _, ok := got.Broadcasts[0].Sent(); ok || !got.TwoWay() || got.Sockets() != 2000 {
		t.Errorf("two-way %v, %d sockets", got.TwoWay(), got.Sockets())
	}
	if d, want := got.Duration(), 65*time.Second+61500*time.Millisecond; d != want { // a storm takes no time
		t.Errorf("a trial takes %v, want %v", d, want)
	}
}

// The traced phase and the warm-up publish like the first broadcast, without what happens in it.
func TestLikeTheFirstBroadcast(t *testing.T) {
	s := Scenario{Trace: 3 * time.Second, Warmup: 5, Broadcasts: []Broadcast{
		{Name: "first", Rate: 2, Duration: time.Second, Size: 64, Payload: wire.PayloadJSON, Cut: true, Stall: time.Second, Silence: 0.5}, {Name: "second", Rate: 9},
	}}
	if got, ok := s.Traced(); !ok || got != (Broadcast{Rate: 2, Duration: 3 * time.Second, Size: 64, Payload: wire.PayloadJSON}) {
		t.Errorf("got %+v, %v", got, ok)
	}
	warming, ok := s.Warming()
	if !ok || warming != (Broadcast{Rate: 2, Duration: 2500 * time.Millisecond, Size: 64, Payload: wire.PayloadJSON}) || warming.Count() != 5 {
		t.Errorf("got %+v with %d messages, %v", warming, warming.Count(), ok)
	}
	s.Trace, s.Warmup = 0, 0
	if _, ok := s.Traced(); ok {
		t.Error("a phase of no length is traced")
	}
	if _, ok := s.Warming(); ok {
		t.Error("no messages are a warm-up")
	}
}

func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/bad/*.yaml", "scenarios/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(source)
		}
	}
	rules, err := newRules(vocabulary()) // once: compiling takes longer than reading a file
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		s, err := parse("fuzz.yaml", source, nil, rules)
		if err != nil {
			checkMistakes(t, err)
			return
		}
		if again, err := parse("fuzz.yaml", []byte(s.Source), nil, rules); err != nil || !reflect.DeepEqual(s, again) {
			t.Errorf("read again: %v, %v", again, err)
		}
		if d := s.Duration(); d < 0 {
			t.Errorf("a trial takes %v", d)
		}
		published := s.Broadcasts
		if b, ok := s.Traced(); ok {
			published = append(published, b)
		}
		if b, ok := s.Warming(); ok {
			published = append(published, b)
		}
		for _, b := range published {
			if u, ok := b.Sent(); ok {
				s.Uplinks = append(s.Uplinks, u)
			}
			if n := b.Count(); n < 1 || n > 100_000 {
				t.Errorf("%+v has %d messages", b, n)
			}
		}
		for _, u := range s.Uplinks {
			if n := u.Count(); n < 1 || n > 100_000 {
				t.Errorf("%+v has %d messages of each client", u, n)
			}
		}
	})
}

// checkMistakes holds an error against what users are promised: lines of the file, in order, one line each.
func checkMistakes(t *testing.T, err error) {
	mistakes, ok := err.(Mistakes) //nolint:errorlint // wrapped, the lines would no longer begin with the file
	if !ok || len(mistakes) == 0 {
		t.Fatalf("%T: %v", err, err)
	}
	last := Mistake{}
	for _, m := range mistakes {
		if m.File != "fuzz.yaml" || m.Line < 1 || m.Column < 1 || m.Message == "" || strings.ContainsAny(m.Message, "\r\n") {
			t.Errorf("mistake %q", m)
		}
		if m.Line < last.Line || m.Line == last.Line && m.Column < last.Column {
			t.Errorf("%v stands behind %v", m, last)
		}
		last = m
	}
}
