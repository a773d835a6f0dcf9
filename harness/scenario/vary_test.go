package scenario_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/harness/trial"
	"github.com/pushbench/pushbench/results"
)

const unvaried = `lanes: [tcp, sse-gin]
phases: [{ramp: {to: 5, rate: 10}}, {ramp: {to: 10}}, {idle: 2s}, {broadcast: {rate: 20, for: 1s}}, {broadcast: {name: second, rate: 20, for: 1s}}]
`

// Each level is the whole scenario with one key set, whether the file has the key or not.
func TestVary(t *testing.T) {
	second := func(s *scenario.Scenario) *trial.Broadcast { return s.Phases[4].Work.(*trial.Broadcast) }
	for _, c := range []struct {
		key, levels string
		read        func(s *scenario.Scenario) any
		want        string
	}{
		{"heartbeat.every", "[0, 5s]", func(s *scenario.Scenario) any { return s.Heartbeat.Every }, "0s 5s"},
		{"fleet.reconnect.policy", "[fixed, 'jitter']", func(s *scenario.Scenario) any { return s.Fleet.Reconnect.Policy }, "fixed jitter"},
		{"fleet.slow.share", "[0.1, 0.25]", func(s *scenario.Scenario) any { return s.Fleet.Slow.Share }, "0.1 0.25"},
		{"tls.resume", "[false, true]", func(s *scenario.Scenario) any { return s.TLS.Resume }, "false true"},
		{"servers", "[3, 2, 4]", func(s *scenario.Scenario) any { return s.Servers }, "3 2 4"},
		{"idle", "[1s, 3s]", func(s *scenario.Scenario) any { return s.Phases[2].Duration() }, "1s 3s"},
		{"second.size", "[16, 1e3]", func(s *scenario.Scenario) any { return second(s).Size }, "16 1000"},
		{"second.uplink.rate", "[1, 20]", func(s *scenario.Scenario) any { return second(s).Uplink.Rate }, "1 20"},
		{"broadcast.payload", "[json, random]", func(s *scenario.Scenario) any { return s.Phases[3].Work.(*trial.Broadcast).Payload }, "json random"},
		{"ramp.rate", "[100, 200]", func(s *scenario.Scenario) any { return s.Phases[0].Work.(*trial.Ramp).Rate }, "100 200"},
	} {
		s, err := scenario.Parse("it.yaml", []byte(unvaried+"vary: {"+c.key+": "+c.levels+"}\n"), catalog())
		if err != nil {
			t.Errorf("%s: %v", c.key, err)
			continue
		}
		var got []any
		for _, l := range s.Vary.Levels {
			got = append(got, c.read(s.At(l.Name)))
		}
		if text := fmt.Sprint(got); s.Vary.Key != c.key || text != "["+c.want+"]" {
			t.Errorf("%s: %s has the levels %s, want %s", c.key, s.Vary.Key, text, c.want)
		}
		if c.read(s) != got[0] {
			t.Errorf("%s: %v is not the first level", c.key, c.read(s))
		}
	}
}

// Lanes that are named otherwise run at the same levels.
func TestVaryWithLanes(t *testing.T) {
	s, err := scenario.Parse("it.yaml", []byte(unvaried+"vary: {history: [16, 32, 64]}\n"), catalog())
	if err != nil {
		t.Fatal(err)
	}
	if s, err = s.WithLanes([]string{"ws-gorilla"}, catalog()); err != nil {
		t.Fatal(err)
	}
	want := []results.Contestant{{Lane: "ws-gorilla", Level: "16"}, {Lane: "ws-gorilla", Level: "32"}, {Lane: "ws-gorilla", Level: "64"}}
	if diff := cmp.Diff(want, s.Contestants()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Every block has each contestant once.
func TestPlanOfLevels(t *testing.T) {
	s, err := scenario.Parse("it.yaml", []byte(unvaried+"vary: {history: [16, 32, 64]}\n"), catalog())
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, c := range s.Contestants() {
		want = append(want, c.String())
	}
	slices.Sort(want)
	for block := range slices.Chunk(s.Plan(4), 6) {
		var got []string
		for _, p := range block {
			got = append(got, p.String())
		}
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("block %d: -want +got:\n%s", block[0].Block, diff)
		}
	}
}
