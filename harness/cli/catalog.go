package cli

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/harness/trial"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/servers"
	"github.com/pushbench/pushbench/servers/calibration"
)

// catalog is what a scenario may name.
func catalog() scenario.Catalog {
	v := scenario.Catalog{Phases: trial.Phases(), Events: trial.Events(), Metrics: results.MetricNames(), Check: func(lane string) error {
		_, err := servers.LaneByName(lane)
		return err
	}}
	for _, l := range servers.Lanes() {
		v.Lanes = append(v.Lanes, l.Name)
	}
	for _, o := range servers.Options() {
		v.Options = append(v.Options, o.Name)
		if o.Control {
			v.Controls = append(v.Controls, o.Name)
		}
	}
	v.Groups = groups()
	return v
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

// described returns the scenario's lanes as the report shows them, with their rows of the fairness table: of a setting that varies, its
// values at all levels.
func described(s *scenario.Scenario, engine func(lane string) string) []results.Lane {
	variants := s.Variants()
	lanes := describedOnce(variants[0], engine)
	for _, v := range variants[1:] {
		for i, lane := range describedOnce(v, engine) {
			for j, k := range lane.Settings { // a lane has the same settings at each level
				if into := &lanes[i].Settings[j]; !slices.Contains(strings.Split(into.Value, levelsApart), k.Value) {
					into.Value += levelsApart + k.Value
				}
			}
		}
	}
	return lanes
}

// levelsApart separates the values of a setting that varies.
const levelsApart = " / "

// describedOnce are the lanes of a scenario in which nothing varies. They have been checked.
func describedOnce(s *scenario.Scenario, engine func(lane string) string) []results.Lane {
	var lanes []results.Lane
	for _, name := range s.Lanes {
		if e := s.Externals[name]; e != nil {
			lanes = append(lanes, describedExternal(name, e, s, engine(name)))
			continue
		}
		l, _ := servers.LaneByName(name)
		plain, _, _ := strings.Cut(name, "+")
		one := results.Lane{
			Name: name, Transport: l.Transport, Tag: l.Tag, About: l.About, Settings: slices.Concat(own(l), load(s, name, engine(name)), shared(s, l)), Row: rowOf(plain, l.Transport),
			UDP: l.ServeUDP != nil,
		}
		if name == plain {
			one.Notes = l.Notes
		}
		add(&one, l)
		lanes = append(lanes, one)
	}
	return lanes
}

// onUDP reports whether a lane of the scenario is.
func onUDP(s *scenario.Scenario) bool {
	return slices.ContainsFunc(s.Lanes, func(name string) bool {
		l, err := servers.LaneByName(name)
		return err == nil && l.ServeUDP != nil
	})
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

// add puts a lane's options into it.
func add(one *results.Lane, l servers.Lane) {
	var abouts []string
	for _, o := range l.Options {
		abouts = append(abouts, o.About)
		if o.Drops {
			one.Drops = &results.Drops{Every: calibration.DropEvery, Rest: calibration.DropRest, Of: calibration.DropOf}
		}
	}
	if len(abouts) > 0 {
		one.Settings = append(one.Settings, results.Setting{Name: "option", Value: strings.Join(abouts, "; ")})
	}
	if o, of, ok := l.Calibrated(); ok {
		one.Of, one.Control = of, o.Control
		for _, t := range o.Offsets {
			one.Offsets = append(one.Offsets, results.Offset(t))
		}
	}
}

// load are the settings of what the lane's clients are played with. Its readers are the event loop's: a goroutine waits in its
// read, and is woken by each arrival.
func load(s *scenario.Scenario, lane, engine string) []results.Setting {
	reader := s.Reader
	if engine == string(fleet.Goroutines) {
		reader = "woken by each arrival"
	}
	var opening []string
	for _, p := range s.Phases {
		if r, ok := p.Work.(*trial.Ramp); ok && !slices.Contains(opening, r.Pace(connectRate(lane))) {
			opening = append(opening, r.Pace(connectRate(lane)))
		}
	}
	return []results.Setting{
		{Name: results.SettingEngine, Value: engine},
		{Name: results.SettingReader, Value: reader},
		{Name: "connections of the load", Value: strings.Join(opening, ", ")},
	}
}

// own are the settings a lane sets for itself, but for its transport, which results.Lane has.
func own(l servers.Lane) []results.Setting {
	var settings []results.Setting
	for _, set := range l.Settings() {
		if set.Name == servers.SettingTransport {
			continue
		}
		k := results.Setting{Name: set.Name, Value: set.Value}
		if set.Name == servers.SettingGoroutines {
			k.Metric, k.Number = "goroutines_per_connection", l.Stated.Goroutines
		}
		settings = append(settings, k)
	}
	return settings
}

// shared are the settings the scenario and the common code set for all lanes alike. Those the kernel or the Go runtime knows
// are read from the running server instead, and TCP_USER_TIMEOUT must be read as it is set here.
func shared(s *scenario.Scenario, l servers.Lane) []results.Setting {
	heartbeat := results.SettingNone
	if every := s.Heartbeat.Every; every > 0 {
		heartbeat = every.String() + ", " + s.Heartbeat.Timer + " timer"
	}
	unacked := s.Heartbeat.Unacked.String()
	if l.ServeUDP != nil {
		unacked = "none: QUIC ends connections that are silent for " + unacked
	}
	publisher := "in the server"
	if s.Publisher == scenario.PublisherSeparate {
		publisher = "a separate process, whose time is in every latency"
	}
	settings := []results.Setting{
		{Name: results.SettingHeartbeat, Value: heartbeat},
		{Name: settingPayload, Value: payloads(s)},
		{Name: "history", Value: strconv.Itoa(s.History) + " messages"},
		{Name: "lag policy", Value: s.Lag},
		{Name: "TCP_USER_TIMEOUT", Value: unacked},
		{Name: settingPublishing, Value: publisher},
	}
	if len(s.Externals) > 0 { // of which it is not true
		settings = append(settings, results.Setting{Name: settingCollection, Value: "forced"})
	}
	return settings
}

// payloads names what the messages of a scenario carry.
func payloads(s *scenario.Scenario) string {
	var kinds []string
	names, carry := s.Broadcasts()
	for _, name := range names {
		if kind := carry[name].Kind; !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	if len(kinds) == 0 {
		return "none"
	}
	return strings.Join(kinds, ", ")
}

// freeCompression warns of broadcasts whose messages a lane that compresses makes next to nothing of: dots cost nothing to
// send, and little to compress.
func freeCompression(s *scenario.Scenario) (warnings []results.Warning) {
	for _, name := range s.Lanes {
		l, _ := servers.LaneByName(name)
		compression := l.Stated.Compression
		if e := s.Externals[name]; e != nil {
			compression = cmp.Or(e.Knobs["compression"], "off") // it may, without stating it
		}
		if compression == "off" {
			continue
		}
		for _, v := range s.Variants() {
			phases, carry := v.Broadcasts()
			for _, phase := range phases {
				if carry[phase].Kind == wire.PayloadText {
					warnings = results.AddWarning(warnings, results.Warning{Code: results.FreeCompressed, Args: results.Args{"lane": name, "broadcast": phase}})
				}
			}
		}
	}
	return warnings
}
