package scenario_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/harness/trial"
	"github.com/pushbench/pushbench/internal/strict"
	"github.com/pushbench/pushbench/internal/wire"
)

// updating tells whether to write what is now into the golden files: the flag is that of the tests inside the package.
func updating() bool { return flag.Lookup("update").Value.String() == "true" }

// catalog has the tables of phases and events, and few of everything else.
func catalog() scenario.Catalog {
	return scenario.Catalog{
		Phases: trial.Phases(), Events: trial.Events(),
		Lanes:    []string{"ws-gorilla", "sse-gin", "tcp"},
		Options:  []string{"control", "ballast", "delay", "burn", "lossy", "tls"},
		Controls: []string{"control"},
		Check: func(lane string) error {
			if lane == "tcp+tls" {
				return errors.New("tcp cannot have +tls: it has been told not to")
			}
			return nil
		},
		Metrics: []string{"reach", "lost", "cpu_per_message"},
	}
}

func TestErrors(t *testing.T) {
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
			_, err = scenario.Parse(filepath.Base(file), source, catalog())
			if err == nil {
				t.Fatal("parsed")
			}
			golden := strings.TrimSuffix(file, ".yaml") + ".golden"
			got := err.Error() + "\n"
			if updating() {
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

func TestMinimalFileHasTheDefaults(t *testing.T) {
	const source = "lanes: [tcp]\nphases: [{ramp: {to: 1}}, {broadcast: {rate: 1, for: 1s}}, {uplink: {rate: 1, for: 1s}}]\n"
	got, err := scenario.Parse("some/where/minimal.yaml", []byte(source), catalog())
	if err != nil {
		t.Fatal(err)
	}
	want := &scenario.Scenario{
		Name: "minimal", Lanes: []string{"tcp"},
		Phases: []scenario.Phase{
			{Name: "ramp", Work: &trial.Ramp{To: 1, Rate: 2500}},
			{Name: "broadcast", Work: &trial.Broadcast{Name: "broadcast", Rate: 1, For: time.Second, Size: 128, Payload: wire.PayloadText, Warmup: 10, Uplink: trial.Meanwhile{Size: 128}}},
			{Name: "uplink", Work: &trial.Uplink{Name: "uplink", Rate: 1, For: time.Second, Size: 128}},
		},
		Path: scenario.Path{}, Servers: 1, Publisher: scenario.PublisherServer, Poll: time.Second, TLS: scenario.TLS{Resume: true}, Heartbeat: scenario.Heartbeat{Every: 15 * time.Second, Timer: scenario.TimerShared, Unacked: 20 * time.Second},
		Fleet:   wire.Profile{Reconnect: wire.Reconnect{Policy: wire.ReconnectNone, Delay: time.Second, Most: 30 * time.Second}},
		History: 1024, Lag: scenario.LagDisconnect, Reader: scenario.ReaderBatched,
		Blocks: 6, Seed: 1, Patience: 30 * time.Second,
		File: "some/where/minimal.yaml", Source: source,
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(sameRamp)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// sameRamp leaves out what a ramp knows of the one before it.
func sameRamp(a, b *trial.Ramp) bool { return a.To == b.To && a.Rate == b.Rate && a.Storm == b.Storm }

func TestEveryKeyIsRead(t *testing.T) {
	const source = "\ufeffname: all-keys\r\n" + `description: |
  two
  lines
lanes: [sse-gin, tcp]
phases:
  - ramp: {to: 10, rate: 0.5e2}
  - ramp: {to: 2e1, storm: true}
  - idle: 2s
  - ramp: {to: 1_000}
  - broadcast: {name: first, rate: 0.1, for: 30s, warmup: 0}
  - broadcast: {name: second, rate: 1000, for: 1m1.5s, size: 4096, payload: json, warmup: 500, uplink: {rate: 0.5, size: 16}}
    events: [{at: 60%, do: stall, for: 1s}, {at: 2.5%, do: cut}, {at: 0%, do: blackhole, share: 0.1}, {at: 99%, do: gc}]
  - trace: 10s
  - uplink: {name: third, rate: 0.5, for: 4s}
  - uplink: {name: fourth, rate: 1000, for: 1s, size: 4096}
servers: 4
gomaxprocs: 3
publisher: separate
fleet:
  reconnect: {policy: jitter, delay: 10ms, most: 1s}
  slow: {share: 0.25, rate: 1000}
  churn: {lifetime: 2s}
heartbeat: {every: 0, timer: each, unacked: 500ms}
poll: 3s
tls: {resume: false}
history: 16
lag: skip
reader: busy-poll
blocks: 2
seed: 9007199254740991
metrics: [lost]
patience: 1m
`
	got, err := scenario.Parse("x.yaml", []byte(source), catalog())
	if err != nil {
		t.Fatal(err)
	}
	idle, trace := trial.Idle(2*time.Second), trial.Trace(10*time.Second)
	want := &scenario.Scenario{
		Name: "all-keys", Description: "two\nlines\n", Lanes: []string{"sse-gin", "tcp"},
		Path: scenario.Path{}, Servers: 4, GOMAXPROCS: 3, Publisher: scenario.PublisherSeparate, Poll: 3 * time.Second, Heartbeat: scenario.Heartbeat{Timer: scenario.TimerEach, Unacked: 500 * time.Millisecond}, History: 16, Lag: scenario.LagSkip, Reader: scenario.ReaderBusyPoll,
		Fleet: wire.Profile{
			Reconnect: wire.Reconnect{Policy: wire.ReconnectJitter, Delay: 10 * time.Millisecond, Most: time.Second},
			Slow:      wire.Slow{Share: 0.25, Rate: 1000}, Churn: wire.Churn{Lifetime: 2 * time.Second},
		},
		Phases: []scenario.Phase{
			{Name: "ramp", Work: &trial.Ramp{To: 10, Rate: 50}},
			{Name: "ramp", Work: &trial.Ramp{To: 20, Rate: 2500, Storm: true}},
			{Name: "idle", Work: &idle},
			{Name: "ramp", Work: &trial.Ramp{To: 1000, Rate: 2500}},
			{Name: "first", Work: &trial.Broadcast{Name: "first", Rate: 0.1, For: 30 * time.Second, Size: 128, Payload: wire.PayloadText, Uplink: trial.Meanwhile{Size: 128}}},
			{
				Name: "second", Work: &trial.Broadcast{Name: "second", Rate: 1000, For: 61500 * time.Millisecond, Size: 4096, Payload: wire.PayloadJSON, Warmup: 500, Uplink: trial.Meanwhile{Rate: 0.5, Size: 16}},
				Events: []scenario.Event{
					{At: 0.6, Name: "stall", Work: &trial.Stall{For: time.Second}},
					{At: 0.025, Name: "cut", Work: &trial.Cut{}},
					{At: 0, Name: "blackhole", Work: &trial.Blackhole{Share: 0.1}},
					{At: 0.99, Name: "gc", Work: &trial.GC{}},
				},
			},
			{Name: "traced", Work: &trace},
			{Name: "third", Work: &trial.Uplink{Name: "third", Rate: 0.5, For: 4 * time.Second, Size: 128}},
			{Name: "fourth", Work: &trial.Uplink{Name: "fourth", Rate: 1000, For: time.Second, Size: 4096}},
		},
		Blocks: 2, Seed: 9007199254740991, Metrics: []string{"lost"}, Patience: time.Minute,
		File: "x.yaml", Source: source,
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(sameRamp)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if n := got.Phases[4].Work.Demand().Messages; n != 3 {
		t.Errorf("%d messages in 30s at 0.1 per second, want 3", n)
	}
	if n := got.Phases[5].Work.Demand().Messages; n != 500+61500 {
		t.Errorf("%d messages with the warm-up, want 62000", n)
	}
	if !got.TwoWay() || got.Sockets() != 2000 || got.MaxConnections() != 1000 || got.LargestSize() != 4096 {
		t.Errorf("two-way %v, %d sockets, %d connections, at most %d bytes", got.TwoWay(), got.Sockets(), got.MaxConnections(), got.LargestSize())
	}
	// 10 connections at 50 a second, a storm that takes no time, 980 at 2500 a second.
	if d, want := got.Duration(), 200*time.Millisecond+2*time.Second+392*time.Millisecond+30*time.Second+62*time.Second+10*time.Second+5*time.Second; d != want {
		t.Errorf("a trial takes %v, want %v", d, want)
	}
}

// What a lane cannot do that is no part of pushbench is an error where it is asked for.
func TestPhasesOfExternalLanes(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "mine.yaml"), []byte("about: mine\ntransport: sse\nurl: http://127.0.0.1:1\nsubscribe: /\npublish: {url: /, body: '{{.Payload}}'}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for phase, want := range map[string]string{
		"{broadcast: {rate: 1, for: 1s, payload: binary}}":                                 ":2:67: phases[1].broadcast.payload: lane mine is not part of pushbench and is published to in text",
		"{broadcast: {rate: 1, for: 1s}, events: [{at: 1%, do: cut}]}":                     "events[0].do: lane mine is not part of pushbench and cannot be asked to end its connections",
		"{broadcast: {rate: 1, for: 1s}, events: [{at: 1%, do: gc}]}":                      "events[0].do: lane mine is not part of pushbench and cannot be asked to collect its garbage",
		"{idle: 2s, events: [{at: 1%, do: stall, for: 1s}]}":                               "phases[1].events[0].do: lane mine is not started by pushbench and will not be stopped by it",
		"{broadcast: {rate: 1, for: 1s}, events: [{at: 1%, do: blackhole, share: 0.125}]}": "",
	} {
		source := "lanes: [mine.yaml]\nphases: [{ramp: {to: 1}}, " + phase + "]\n"
		_, err := scenario.Parse(filepath.Join(dir, "it.yaml"), []byte(source), catalog())
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: got %v, want %s", phase, err, want)
		}
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
	c := catalog()
	f.Fuzz(func(t *testing.T, source []byte) {
		s, err := scenario.Parse("fuzz.yaml", source, c)
		if err != nil {
			checkErrors(t, err)
			return
		}
		if again, err := scenario.Parse("fuzz.yaml", []byte(s.Source), c); err != nil || !cmp.Equal(s, again, cmp.Comparer(sameRamp)) {
			t.Errorf("read again: %v, %v", again, err)
		}
		if d := s.Duration(); d < 0 {
			t.Errorf("a trial takes %v", d)
		}
		for _, p := range s.Phases {
			if n := p.Work.Demand().Messages; n < 0 || n > 2*wire.MaxCount {
				t.Errorf("%+v has %d messages", p, n)
			}
		}
	})
}

// checkErrors holds an error against what users are promised: lines of the file, in order, one line each.
func checkErrors(t *testing.T, err error) {
	mistakes, ok := err.(strict.Errors) //nolint:errorlint // wrapped, the lines would no longer begin with the file
	if !ok || len(mistakes) == 0 {
		t.Fatalf("%T: %v", err, err)
	}
	last := strict.Error{}
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

func TestEmbeddedScenarios(t *testing.T) {
	if got, want := scenario.Embedded(), []string{"binary", "calibrate", "calibrate-control", "calibrate-layers", "calibrate-stall", "compare", "compression", "cores", "crowd", "distance", "full", "gate", "growth", "idle-cut", "payloads", "peers", "proxies", "quick", "reach", "reconnect", "restart", "silent-death", "slow-readers", "smoke", "stall", "storm", "uplink", "weak-network"}; !slices.Equal(got, want) {
		t.Fatalf("%v, want %v", got, want)
	}
	known := withEmbedded(catalog())
	for _, name := range scenario.Embedded() {
		s, err := scenario.Load(name, known)
		if err != nil {
			t.Fatal(err)
		}
		if s.Name != name || s.File != name+".yaml" || s.Source == "" || s.Description == "" {
			t.Errorf("%s: name %q, file %q, description %q", name, s.Name, s.File, s.Description)
		}
		for _, p := range s.Phases {
			if idle, ok := p.Work.(*trial.Idle); ok && time.Duration(*idle) < s.Heartbeat.Every {
				t.Errorf("%s: the idle phase holds no heartbeat", name)
			}
		}
	}
}

// withEmbedded adds what only embedded scenarios name; that the tables have it is tested where they are known.
func withEmbedded(v scenario.Catalog) scenario.Catalog {
	v.Lanes = append(slices.Clone(v.Lanes), "ws-gorilla-deflate", "ws-gorilla-deflate-each", "sse-gin-gzip", "sse-gin-gzip-shared",
		"ws-gobwas-epoll", "ws-gorilla-pool", "sse-epoll", "longpoll", "stream-ndjson", "webtransport")
	v.Options = append(slices.Clone(v.Options), "old")
	v.Metrics = append(v.Metrics, "wire_bytes_per_message", "delivery_latency_p50", "delivery_latency_p99", "compared", "memory_per_connection", "cpu_per_handshake", "tcp_connect_time_p50", "tls_handshake_time_p50",
		"response_head_time_p50", "handshake_time_p50", "reconnect_time_p50", "link_round_trip", "link_loss", "delivered_within_250ms", "delivered_within_1s")
	return v
}

// A trial may be slower for being the second of its block, or for being late: either build is so in half of the blocks of the gate, and
// a difference of all its blocks is then none of the order.
func TestGateBeginsBlocksWithEitherLane(t *testing.T) {
	s, err := scenario.Load("gate", withEmbedded(catalog()))
	if err != nil {
		t.Fatal(err)
	}
	first, places := map[string]int{}, map[string]int{}
	for i, p := range s.Plan(s.Blocks) {
		if i%len(s.Lanes) == 0 {
			first[p.Lane]++
			places[p.Lane] += p.Block
		}
	}
	if a, b := s.Lanes[0], s.Lanes[1]; first[a] != first[b] || places[a] != places[b] {
		t.Errorf("so many blocks begin with %v, whose numbers are %v in sum", first, places)
	}
}

// Processes need time beside the schedule: half a second for each trial was measured, three quarters leave room.
func TestQuickEndsInTime(t *testing.T) {
	s, err := scenario.Load("quick", catalog())
	if err != nil {
		t.Fatal(err)
	}
	trials := time.Duration(len(s.Plan(s.Blocks)))
	if total := trials * (s.Duration() + 750*time.Millisecond); total > time.Minute {
		t.Errorf("%d trials of %v take %v", trials, s.Duration(), total)
	}
}

// rule is one object of the schema.
type rule map[string]any

func (r rule) child(key string) rule {
	c, _ := r[key].(map[string]any)
	return c
}

func schema(t *testing.T) rule {
	t.Helper()
	text, err := scenario.Schema(catalog())
	if err != nil {
		t.Fatal(err)
	}
	root := rule{}
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	if err := d.Decode(&root); err != nil {
		t.Fatal(err)
	}
	return root
}

// Editors show the description: it must say what a key means, and the default that holds.
func TestEveryKeyIsDescribed(t *testing.T) {
	root := schema(t)
	var walk func(path string, r rule)
	walk = func(path string, r rule) {
		required := fmt.Sprint(r["required"])
		for key := range r.child("properties") {
			p := r.child("properties").child(key)
			help, _ := p["description"].(string)
			def, given := p["default"]
			number, isNumber := def.(json.Number)
			text, isText := def.(string)
			switch {
			case help == "":
				t.Errorf("%s%s: no description", path, key)
			case isNumber && !strings.HasSuffix(help, "Default: "+number.String()+"."),
				isText && text != "" && !strings.HasSuffix(help, "Default: "+text+"."):
				t.Errorf("%s%s: the default is %v, but the description ends otherwise: %s", path, key, def, help)
			case !given && p["type"] != "object" && p["type"] != "array" && key != "name" && !strings.Contains(required, key) && !strings.Contains(path, "phases[]."):
				t.Errorf("%s%s: neither required nor with a default", path, key)
			}
			walk(path+key+".", p)
			walk(path+key+"[].", p.child("items"))
		}
	}
	walk("", root)
	events, _ := root.child("properties").child("phases").child("items").child("properties").child("events").child("items")["allOf"].([]any)
	for _, e := range events {
		one, _ := e.(map[string]any)
		if about, _ := rule(one).child("then")["description"].(string); about == "" {
			t.Errorf("%v: no description", one)
		}
		for key := range rule(one).child("then").child("properties") {
			p := rule(one).child("then").child("properties").child(key)
			if help, _ := p["description"].(string); len(p) > 0 && help == "" {
				t.Errorf("%v: %s: no description", one, key)
			}
		}
	}
}

func TestBoundsAreThoseOfTheServer(t *testing.T) {
	phases := schema(t).child("properties").child("phases").child("items").child("properties")
	broadcast, uplink := phases.child("broadcast").child("properties"), phases.child("uplink").child("properties")
	meanwhile := broadcast.child("uplink").child("properties")
	for _, c := range []struct {
		of         rule
		key, bound string
		want       float64
	}{
		{broadcast, "size", "minimum", wire.StampSize},
		{broadcast, "size", "maximum", wire.MaxSize},
		{broadcast, "rate", "maximum", wire.MaxRate},
		{meanwhile, "size", "minimum", wire.StampSize},
		{meanwhile, "size", "maximum", wire.MaxUplink},
		{meanwhile, "rate", "maximum", wire.MaxUplinkRate},
		{uplink, "size", "minimum", wire.StampSize},
		{uplink, "size", "maximum", wire.MaxUplink},
		{uplink, "rate", "maximum", wire.MaxUplinkRate},
	} {
		got, err := c.of.child(c.key)[c.bound].(json.Number).Float64()
		if err != nil || got != c.want {
			t.Errorf("%s of %s is %v, the server's is %v", c.bound, c.key, got, c.want)
		}
	}
}

func TestWithLanesOfEveryEmbeddedScenario(t *testing.T) {
	v := withEmbedded(catalog())
	for i := range 40 {
		v.Lanes = append(v.Lanes, "a-lane-with-a-name-"+string(rune('a'+i%26))+strings.Repeat("x", i/26))
	}
	v.Groups = map[string][]string{"all": v.Lanes}
	for _, name := range scenario.Embedded() {
		s, err := scenario.Load(name, v)
		if err != nil {
			t.Fatal(err)
		}
		with, err := s.WithLanes([]string{"tcp", "@all"}, v)
		if err != nil {
			t.Fatal(err)
		}
		if with.Lanes[0] != "tcp" || len(with.Lanes) < len(v.Lanes) {
			t.Errorf("%s: %d lanes, the first %s; want %d, the first tcp", name, len(with.Lanes), with.Lanes[0], len(v.Lanes))
		}
		for line := range strings.Lines(with.Source) {
			if strings.Contains(line, "a-lane") && len(line) > 100+1 {
				t.Errorf("%s: a line of %d characters: %s", name, len(line), line)
			}
		}
	}
}
