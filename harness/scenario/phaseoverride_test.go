package scenario_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/harness/trial"
	"github.com/pushbench/pushbench/results"
)

const changeable = `lanes: [tcp, tcp+control]
phases:
  - ramp: {to: 500}
  - ramp: {to: 1_000}
  - ramp: {to: 2e3}
  - ramp: {to: 5000, rate: 100}
  - broadcast: {rate: 2.5, for: 4s}
  - broadcast: {name: second, rate: 2.5, for: 1m, size: 128}
  - trace: 800ms
  - uplink: {rate: 5, for: 1s}
`

// worded is what flags change of a scenario: ramps, then rate, for, size and payload of broadcasts, then the trace.
func worded(s *scenario.Scenario) string {
	var words []string
	for _, p := range s.Phases {
		switch w := p.Work.(type) {
		case *trial.Ramp:
			words = append(words, fmt.Sprint(w.To))
		case *trial.Broadcast:
			words = append(words, fmt.Sprint(w.Rate, "/s ", w.For, " ", w.Size, "B ", w.Payload))
		case *trial.Trace:
			words = append(words, fmt.Sprint(p.Duration()))
		case *trial.Uplink:
			words = append(words, fmt.Sprint(w.Rate, "/s ", w.For))
		}
	}
	return strings.Join(words, ", ")
}

func TestWithPhases(t *testing.T) {
	for _, c := range []struct {
		by   results.PhaseOverride
		want string
	}{
		{nil, "500, 1000, 2000, 5000, 2.5/s 4s 128B text, 2.5/s 1m0s 128B text, 800ms, 5/s 1s"},
		{results.PhaseOverride{"connections": "20000"}, "2000, 4000, 8000, 20000, 2.5/s 4s 128B text, 2.5/s 1m0s 128B text, 800ms, 5/s 1s"},
		{results.PhaseOverride{"connections": "333"}, "33, 67, 133, 333, 2.5/s 4s 128B text, 2.5/s 1m0s 128B text, 800ms, 5/s 1s"},
		{results.PhaseOverride{"rate": "1"}, "500, 1000, 2000, 5000, 1/s 10s 128B text, 1/s 2m30s 128B text, 2s, 5/s 1s"},
		{results.PhaseOverride{"rate": "0.3"}, "500, 1000, 2000, 5000, 0.3/s 33.333333333s 128B text, 0.3/s 8m20s 128B text, 6.666666667s, 5/s 1s"},
		{results.PhaseOverride{"rate": "1e2"}, "500, 1000, 2000, 5000, 100/s 4s 128B text, 100/s 1m0s 128B text, 800ms, 5/s 1s"},
		{results.PhaseOverride{"size": "300", "payload": "json"}, "500, 1000, 2000, 5000, 2.5/s 4s 300B json, 2.5/s 1m0s 300B json, 800ms, 5/s 1s"},
	} {
		s, err := scenario.Parse("mine.yaml", []byte(changeable), catalog())
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.WithPhases(c.by, catalog())
		if err != nil {
			t.Errorf("%s: %v", c.by, err)
			continue
		}
		if text := worded(got); text != c.want || got.Source != changeable {
			t.Errorf("%s: got %s of\n%s\nwant %s", c.by, text, got.Source, c.want)
		}
		messages := func(s *scenario.Scenario) (n int) {
			for _, p := range s.Phases {
				n += p.Work.Demand().Messages
			}
			return n
		}
		if messages(got) < messages(s) {
			t.Errorf("%s: %d messages, fewer than %d", c.by, messages(got), messages(s))
		}
		// What is recorded says the same, and other lanes change nothing about it.
		again, err := scenario.Restore(scenario.Record{Name: "mine.yaml", Source: []byte(got.Source), PhaseOverride: got.PhaseOverride}, catalog())
		if err != nil || !cmp.Equal(got, again, cmp.Comparer(sameRamp)) {
			t.Errorf("%s: restored as %v, %v", c.by, again, err)
		}
		if got, err = got.WithLanes([]string{"sse-gin"}, catalog()); err != nil || worded(got) != c.want {
			t.Errorf("%s: on other lanes %v, %v", c.by, got, err)
		}
		if other, err := s.WithLanes([]string{"sse-gin"}, catalog()); err != nil {
			t.Error(err)
		} else if other, err = other.WithPhases(c.by, catalog()); err != nil || !cmp.Equal(got, other, cmp.Comparer(sameRamp)) {
			t.Errorf("%s: lanes first, %v, %v", c.by, other, err)
		}
	}
}

// A flag that changes nothing, or what the scenario compares, is refused in one line, and a value that no file may have as one of a file is.
func TestWithPhasesOfAnotherShape(t *testing.T) {
	const silent = "lanes: [tcp]\nphases: [{ramp: {to: 5}}, {idle: 1s}]\n"
	differ := strings.Replace(changeable, "size: 128", "size: 300", 1)
	for _, c := range []struct {
		source string
		by     results.PhaseOverride
		want   string
	}{
		{silent, results.PhaseOverride{"rate": "1"}, "--rate: scenario mine has no phase broadcast: there is nothing to change"},
		{silent, results.PhaseOverride{"payload": "json"}, "--payload: scenario mine has no phase broadcast: there is nothing to change"},
		{silent + "vary: {ramp.to: [10, 20]}\n", results.PhaseOverride{"connections": "7"}, "--connections: scenario mine varies ramp.to: there is no one value to change"},
		{changeable + "vary: {second.size: [16, 32]}\n", results.PhaseOverride{"size": "7"}, "--size: scenario mine varies second.size: there is no one value to change"},
		{differ, results.PhaseOverride{"size": "16"}, "--size: the broadcasts of scenario mine differ in size (128, 300): change them in a file of your own"},
		{changeable, results.PhaseOverride{"size": "15"}, "with --size 15: mine.yaml:7:16: phases[4].broadcast.size: want a whole number from 16 to 1048576, not 15"},
		{changeable, results.PhaseOverride{"payload": "jsn"}, `with --payload jsn: mine.yaml:7:16: phases[4].broadcast.payload: unknown "jsn": did you mean "json"?`},
		{changeable, results.PhaseOverride{"connections": "3"}, "with --connections 3: mine.yaml:3:16: phases[0].ramp.to: want "},
		{changeable, results.PhaseOverride{"connections": "all"}, "with --connections all: mine.yaml:3:16: phases[0].ramp.to: want "},
		{changeable, results.PhaseOverride{"rate": "0"}, "with --rate 0: mine.yaml:7:23: phases[4].broadcast.rate: want "},
		{changeable, results.PhaseOverride{"rate": "1e-300"}, "with --rate 1e-300: mine.yaml:7:"},
		{changeable, results.PhaseOverride{"rate": "NaN"}, "with --rate NaN: mine.yaml:7:23: phases[4].broadcast.rate: want "},
		{changeable, results.PhaseOverride{"speed": "7"}, "with --speed 7: mine.yaml:1:1: phase_override: no flag --speed changes phases"},
	} {
		s, err := scenario.Parse("mine.yaml", []byte(c.source), catalog())
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.WithPhases(c.by, catalog())
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.by, err, c.want)
		}
		if err != nil && !strings.HasPrefix(c.want, "with") && strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: more than a line: %v", c.by, err)
		}
	}
}

// What differs from another key is no reason to refuse.
func TestWithPhasesOfWhatIsAlike(t *testing.T) {
	for source, by := range map[string]results.PhaseOverride{
		strings.Replace(changeable, "size: 128", "size: 300", 1): {"payload": "json", "rate": "4", "connections": "50"},
		changeable + "vary: {second.rate: [3, 4]}\n":             {"size": "20", "connections": "50"},
		changeable + "vary: {ramp.rate: [3, 4]}\n":               {"connections": "50"},
	} {
		s, err := scenario.Parse("mine.yaml", []byte(source), catalog())
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.WithPhases(by, catalog())
		if err != nil || got.MaxConnections() != 50 {
			t.Errorf("%s: %v, %v", by, got, err)
		}
	}
}

// A record that somebody has edited is refused like a file, or can be run.
func FuzzPhaseOverride(f *testing.F) {
	f.Add("20000", "1", "300", "json")
	f.Add("1e400", "1e-300", "-1", "")
	f.Add("0.5", "NaN", "16.5", "text")
	c := catalog()
	f.Fuzz(func(t *testing.T, connections, rate, size, payload string) {
		by := results.PhaseOverride{"connections": connections, "rate": rate, "size": size, "payload": payload}
		s, err := scenario.Restore(scenario.Record{Name: "fuzz.yaml", Source: []byte(changeable), PhaseOverride: by}, c)
		if err != nil {
			checkErrors(t, err)
			return
		}
		if n := s.MaxConnections(); n < 4 || n > 1_000_000 || s.Duration() < 0 || s.LargestSize() < 16 {
			t.Errorf("%s: %d connections, %v a trial, %d bytes", by, n, s.Duration(), s.LargestSize())
		}
	})
}
