package cli

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/harness/trial"
	"github.com/pushbench/pushbench/internal/lane"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/servers"
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
func described(s *scenario.Scenario, engine string) []lane.Lane {
	variants := s.Variants()
	lanes := describedOnce(variants[0], engine)
	for _, v := range variants[1:] {
		for i, l := range describedOnce(v, engine) {
			for j, set := range l.Settings { // a lane has the same ones at each level
				if into := &lanes[i].Settings[j]; !slices.Contains(strings.Split(into.Value, levelsApart), set.Value) {
					into.Value += levelsApart + set.Value
				}
			}
		}
	}
	return lanes
}

// levelsApart separates the values of a setting that varies.
const levelsApart = " / "

// describedOnce are the lanes of a scenario in which nothing varies. They have been checked.
func describedOnce(s *scenario.Scenario, engine string) (lanes []lane.Lane) {
	for _, name := range s.Lanes {
		if e := s.Externals[name]; e != nil {
			lanes = append(lanes, describedExternal(name, e, s, engine))
			continue
		}
		l, _ := servers.LaneByName(name)
		l.Settings = slices.Concat(l.Settings, load(s, name, engine), shared(s, l.Lane))
		lanes = append(lanes, l.Lane)
	}
	return lanes
}

// onUDP reports whether a lane of the scenario is.
func onUDP(s *scenario.Scenario) bool {
	return slices.ContainsFunc(s.Lanes, func(name string) bool {
		l, err := servers.LaneByName(name)
		return err == nil && l.UDP
	})
}

// load are the settings of what the lane's clients are played with.
func load(s *scenario.Scenario, name, engine string) []lane.Setting {
	var opening []string
	for _, p := range s.Phases {
		if r, ok := p.Work.(*trial.Ramp); ok && !slices.Contains(opening, r.Pace(connectRate(name))) {
			opening = append(opening, r.Pace(connectRate(name)))
		}
	}
	return []lane.Setting{
		{Name: lane.SettingEngine, Value: engine},
		{Name: lane.SettingReader, Value: readers(s, engine)},
		{Name: "connections of the load", Value: strings.Join(opening, ", ")},
	}
}

// shared are the settings the scenario and the common code set for all lanes alike. Those the kernel or the Go runtime knows
// are read from the running server instead, and TCP_USER_TIMEOUT must be read as it is set here.
func shared(s *scenario.Scenario, l lane.Lane) []lane.Setting {
	heartbeat := lane.None
	if every := s.Heartbeat.Every; every > 0 {
		heartbeat = every.String() + ", " + s.Heartbeat.Timer + " timer"
	}
	unacked := s.Heartbeat.Unacked.String()
	if l.UDP {
		unacked = "none: QUIC ends what is silent for " + unacked
	}
	publisher := "in the server"
	if s.Publisher == scenario.PublisherSeparate {
		publisher = "a separate process, whose time is in every latency"
	}
	settings := []lane.Setting{
		{Name: lane.SettingHeartbeat, Value: heartbeat},
		{Name: settingPayload, Value: payloads(s)},
		{Name: "history", Value: strconv.Itoa(s.History) + " messages"},
		{Name: "lag policy", Value: s.Lag},
		{Name: "TCP_USER_TIMEOUT", Value: unacked},
		{Name: settingPublishing, Value: publisher},
	}
	if len(s.Externals) > 0 { // of which it is not true
		settings = append(settings, lane.Setting{Name: settingCollection, Value: "forced"})
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
		compression := l.Setting(lane.SettingCompression)
		if e := s.Externals[name]; e != nil {
			compression = cmp.Or(e.Stated[lane.SettingCompression], lane.Off) // it may, and nobody has said so
		}
		if compression == lane.Off {
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
