package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/harness/node/link"
	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/lane"
	"github.com/pushbench/pushbench/internal/secret"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/servers"
	"github.com/pushbench/pushbench/servers/sender"
)

// restore reads the scenario of a run again, with the lane files that were kept with it.
func restore(name string, run results.Run, v scenario.Catalog) (*scenario.Scenario, error) {
	if withoutPhases(run.Source) {
		return nil, fmt.Errorf("%s: recorded when scenarios had no phases: the run can be reported; to measure, begin a new one", name)
	}
	sc, err := scenario.Restore(scenario.Record{Name: name, Source: []byte(run.Source), Override: run.Override, PhaseOverride: run.PhaseOverride, Files: run.LaneFiles}, v)
	if err == nil {
		sc.Name = run.Scenario // a file that has none was called like its scenario
	}
	return sc, err
}

// withoutPhases reports whether a record's scenario is of the language before there were phases.
func withoutPhases(source string) bool {
	has := func(key string) bool { return regexp.MustCompile(`(?m)^` + key + `:`).MatchString(source) }
	return has("connections") && !has("phases")
}

// laneFiles are the lane files of a scenario, for the record: without their secrets, and with the folder in which what they
// refer to is found when the run is resumed elsewhere.
func laneFiles(s *scenario.Scenario) map[string]results.LaneFile {
	files := map[string]results.LaneFile{}
	for _, e := range s.Externals {
		file := results.LaneFile{Path: e.File, Source: e.Record}
		if e.Here != "" {
			file.Path = filepath.Join(e.Here, filepath.Base(e.File))
		}
		files[e.Reference] = file
	}
	for _, v := range s.Variants() {
		for _, p := range v.Proxies {
			if p.Here != "" { // the others are part of the binary
				files[p.Reference] = results.LaneFile{Path: p.File, Source: p.Source}
			}
		}
	}
	return files
}

// exposed lists the secrets in the lane files of a scenario, a line for each.
func exposed(s *scenario.Scenario) (warnings []string) {
	for _, name := range slices.Sorted(maps.Keys(s.Externals)) {
		if e := s.Externals[name]; e.Name == name {
			warnings = append(warnings, e.Exposed()...)
		}
	}
	return warnings
}

// missing is the error of programs that lanes of a scenario need and this machine lacks, and of brokers that do not answer.
func missing(ctx context.Context, s *scenario.Scenario) (err error) {
	for _, name := range slices.Sorted(maps.Keys(s.Externals)) {
		e := s.Externals[name]
		if e.Name == name {
			err = errors.Join(err, cmp.Or(e.Missing(), unreachable(ctx, e)))
		}
	}
	told := map[string]bool{}
	if slices.ContainsFunc(s.Variants(), func(v *scenario.Scenario) bool { return v.Link != nil }) {
		err = errors.Join(err, link.Missing())
	}
	for _, v := range s.Variants() {
		for _, p := range v.Proxies {
			if !told[p.Name] {
				err = errors.Join(err, p.Missing())
			}
			told[p.Name] = true
		}
	}
	return err
}

// unreachable is the error of the broker that a lane's messages go to, where that is there before its server is.
func unreachable(ctx context.Context, e *scenario.External) error {
	p, found, err := e.Broker()
	if err != nil || !found {
		return err
	}
	if err := sender.Reach(ctx, p); err != nil {
		return fmt.Errorf("lane %s: publish: %w", e.Name, err)
	}
	return nil
}

// describedExternal is a lane that is no part of pushbench as the report shows it.
func describedExternal(name string, e *scenario.External, s *scenario.Scenario, engine string) lane.Lane {
	one := e.Lane
	one.Name, one.Row, one.Settings = name, externalRow(e, s), slices.Concat(statedBy(e, s), load(s, name, engine))
	for _, o := range servers.Options() {
		if name == e.Name+"+"+o.Name { // a twin: no other is let through
			one.Of, one.Control = e.Name, o.Control
			one.Settings = append(one.Settings, lane.Setting{Name: lane.SettingOption, Value: o.About})
		}
	}
	return one
}

// externalRow is a place behind those of pushbench's own lanes of the transport: ready lanes first, then files in the
// scenario's order.
func externalRow(e *scenario.External, s *scenario.Scenario) int {
	var rows []string
	for _, l := range servers.Lanes() {
		if l.Transport == e.Transport {
			rows = append(rows, l.Name)
		}
	}
	for _, name := range scenario.ReadyLanes() {
		if ready, err := scenario.ReadyLane(name); err == nil && ready.Transport == e.Transport {
			rows = append(rows, name)
		}
	}
	for _, name := range s.Lanes {
		if other := s.Externals[name]; other != nil && other.Transport == e.Transport && !slices.Contains(rows, other.Reference) {
			rows = append(rows, other.Reference)
		}
	}
	return slices.Index(rows, e.Reference)
}

// Settings that are true of external lanes too, and those in which they differ from all others.
const (
	settingPayload    = "payload"
	settingPublishing = "publishing"
	settingCollection = "garbage collection before memory is read"
)

// notStated is the value of a setting that an external lane leaves out.
const notStated = "not stated"

// statedBy are the settings an external lane's file states, in the order of the lanes that are part of pushbench, and what
// is the same for all external ones.
func statedBy(e *scenario.External, s *scenario.Scenario) (settings []lane.Setting) {
	stated := maps.Clone(e.Stated)
	take := func(name, otherwise string) {
		value, ok := stated[name]
		if !ok {
			value = otherwise
		}
		delete(stated, name)
		settings = append(settings, lane.Setting{Name: name, Value: value})
	}
	for _, set := range servers.Lanes()[0].Settings {
		take(set.Name, notStated)
	}
	for _, name := range []string{lane.SettingHeartbeat, "history", "lag policy"} {
		take(name, notStated)
	}
	for _, k := range shared(s, lane.Lane{}) {
		if _, ok := stated[k.Name]; ok || k.Name == settingPayload {
			take(k.Name, k.Value)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(stated)) {
		take(name, "")
	}
	how := "runs already: no fresh process in a trial, and without CPUs of its own"
	if e.Started() {
		how = strings.Join(secret.Args(e.Command), " ")
	}
	return append(settings,
		lane.Setting{Name: "program", Value: how},
		lane.Setting{Name: settingPublishing, Value: publishing(e.Publish)},
		lane.Setting{Name: settingCollection, Value: "not forced"},
	)
}

// publishing is how a server is published to that is not ours.
func publishing(p scenario.Publish) string {
	by := p.Way()
	over := map[string]string{
		wire.ByRedis: "Redis", wire.ByNATS: "NATS", wire.ByAMQP: "AMQP", wire.ByWebSocket: "a WebSocket of its own", wire.ByCommand: "the stdin of a program",
	}[by]
	if by != wire.ByRequest {
		return fmt.Sprintf("a separate process, over %s; what is between is in every latency", over)
	}
	how := p.Method + " of a separate process, whose time is in every latency"
	if p.Overlaps() {
		return fmt.Sprintf("%s; %d requests may be under way at once and overtake one another: the order is no judgement of the server", how, p.Concurrency)
	}
	return how + "; one request at a time, in order"
}

// readyLanes reads the lane files that are part of the binary.
func readyLanes() (all []*scenario.External, err error) {
	for _, name := range scenario.ReadyLanes() {
		e, err := scenario.ReadyLane(name)
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

// neverRun marks what stands in a file that was not exercised.
const neverRun = " (this file was never run)"

// listedReady are the ready lanes for programs.
func listedReady() (out []listedLane, err error) {
	all, err := readyLanes()
	for _, e := range all {
		one := listedLane{Lane: e.Lane}
		if !e.Exercised {
			one.About += neverRun
		}
		if missing := e.Missing(); missing != nil {
			one.Missing = strings.TrimPrefix(missing.Error(), "lane "+e.Name+" ")
		}
		for _, set := range servers.Lanes()[0].Settings {
			if value, ok := e.Stated[set.Name]; ok {
				one.Settings = append(one.Settings, lane.Setting{Name: set.Name, Value: value})
			}
		}
		out = append(out, one)
	}
	return out, err
}
