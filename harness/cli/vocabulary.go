package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/servers"
	"github.com/pushbench/pushbench/servers/calibration"
)

// vocabulary is the names a scenario may use.
func vocabulary() scenario.Vocabulary {
	v := scenario.Vocabulary{Metrics: results.MetricNames()}
	for _, o := range servers.Options() {
		if o.Twin {
			v.Options = append(v.Options, o.Name)
		}
	}
	for _, l := range servers.Lanes() {
		v.Lanes = append(v.Lanes, l.Name)
		for _, o := range servers.Options() {
			v.Lanes = append(v.Lanes, l.Name+"+"+o.Name)
		}
	}
	v.Groups = groups()
	return v
}

// laneWords are the names that somebody who wrote this one may have meant: those with an option where it has one.
func laneWords(name string) (words []string) {
	for _, l := range vocabulary().Lanes {
		if strings.Contains(name, "+") || !strings.Contains(l, "+") {
			words = append(words, l)
		}
	}
	return words
}

// groupAll is the group of all rows of the table.
const groupAll = "all"

// groups are the names for several lanes of the table at once: its tags, its transports, and all.
func groups() map[string][]string {
	out := map[string][]string{}
	for _, l := range servers.Lanes() {
		for _, name := range []string{groupAll, l.Tag, l.Transport} {
			out[name] = append(out[name], l.Name)
		}
	}
	for _, name := range scenario.ReadyLanes() {
		if e, err := scenario.ReadyLane(name); err == nil && e.Exercised {
			out[scenario.TagExternal] = append(out[scenario.TagExternal], name)
		}
	}
	return out
}

// described returns the scenario's lanes as the report shows them, with their rows of the fairness table.
func described(s *scenario.Scenario) []results.Lane {
	var lanes []results.Lane
	for _, name := range s.Lanes {
		if e := s.Externals[name]; e != nil {
			lanes = append(lanes, describedExternal(name, e, s))
			continue
		}
		l, _ := servers.LaneByName(name)
		plain, _, _ := strings.Cut(name, "+")
		one := results.Lane{
			Name: name, Transport: l.Transport, Tag: l.Tag, About: l.About, Knobs: append(own(l), shared(s)...), Row: rowOf(plain, l.Transport),
		}
		if name == plain {
			one.Notes = l.Notes
		}
		if o, ok := servers.OptionOf(name); ok {
			add(&one, o, plain)
		}
		lanes = append(lanes, one)
	}
	return lanes
}

// rowOf is a lane's place in its transport's part of the table.
func rowOf(name, transport string) int {
	row := 0
	for _, l := range servers.Lanes() {
		if l.Name == name {
			break
		}
		if l.Transport == transport {
			row++
		}
	}
	return row
}

// add puts what is known of an option into the lane that has it.
func add(l *results.Lane, o servers.Option, plain string) {
	l.Of, l.Twin = plain, o.Twin
	l.Knobs = append(l.Knobs, results.Knob{Name: "option", Value: o.About})
	for _, t := range o.Truths {
		l.Truths = append(l.Truths, results.Truth(t))
	}
	if o.Drops {
		l.Drops = &results.Drops{Every: calibration.DropEvery, Rest: calibration.DropRest, Of: calibration.DropOf}
	}
}

// own are the knobs a lane sets for itself, but for its transport, which results.Lane has.
func own(l servers.Lane) []results.Knob {
	var knobs []results.Knob
	for _, set := range l.Settings() {
		if set.Name == servers.SettingTransport {
			continue
		}
		k := results.Knob{Name: set.Name, Value: set.Value}
		if set.Name == servers.SettingGoroutines {
			k.Metric, k.Number = "goroutines_per_connection", float64(l.Knobs.Goroutines)
		}
		knobs = append(knobs, k)
	}
	return knobs
}

// shared are the knobs the scenario and the common code set for all lanes alike. Those the kernel or the Go runtime knows
// are read from the running server instead, and TCP_USER_TIMEOUT must be read as it is set here.
func shared(s *scenario.Scenario) []results.Knob {
	heartbeat := "none"
	if every := s.Heartbeat.Every; every > 0 {
		heartbeat = every.String() + ", " + s.Heartbeat.Timer + " timer"
	}
	return []results.Knob{
		{Name: "heartbeat", Value: heartbeat},
		{Name: "reader of the load", Value: s.Reader},
		{Name: "payload", Value: payloads(s)},
		{Name: "history", Value: strconv.Itoa(s.History) + " messages"},
		{Name: "lag policy", Value: s.Lag},
		{Name: "TCP_USER_TIMEOUT", Value: s.Heartbeat.Unacked.String()},
		{Name: "TLS", Value: "off"},
	}
}

// payloads names what the messages of a scenario carry.
func payloads(s *scenario.Scenario) string {
	var kinds []string
	for _, b := range s.Broadcasts {
		if !slices.Contains(kinds, b.Payload) {
			kinds = append(kinds, b.Payload)
		}
	}
	if len(kinds) == 0 {
		return "none"
	}
	return strings.Join(kinds, ", ")
}

// freeCompression warns of broadcasts whose messages a lane that compresses makes next to nothing of: dots cost nothing to
// send, and little to compress.
func freeCompression(s *scenario.Scenario) (warnings []string) {
	for _, name := range s.Lanes {
		l, _ := servers.LaneByName(name)
		if l.Knobs.Compression == "off" {
			continue
		}
		for _, b := range s.Broadcasts {
			if b.Payload == wire.PayloadText {
				warnings = append(warnings, fmt.Sprintf("%s compresses, and the messages of phase %s are dots: what they take of the wire is no figure; use payload: json", name, b.Name))
			}
		}
	}
	return warnings
}
