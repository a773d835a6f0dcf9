package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/internal/lane"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

// described names a run and its program.
func described(d *results.Data) string {
	e := d.Run.Environment
	commit := e.Commit
	if commit == "" {
		commit = "unknown"
	}
	words := []string{d.Run.Name, "commit " + commit, e.Go, moment(d.Run.Started)}
	return strings.Join(slices.DeleteFunc(words, func(s string) bool { return s == "" }), ", ")
}

// sides are the two runs, or the run and its two lanes.
func sides(d *results.Diff) []results.Setting {
	if !d.Paired() {
		return []results.Setting{{Name: "old", Value: described(d.Old)}, {Name: "new", Value: described(d.New)}}
	}
	out := []results.Setting{{Name: "run", Value: described(d.New)}}
	for i, side := range []string{"old", "new"} {
		name := d.Lanes[i]
		at := slices.IndexFunc(d.New.Run.Lanes, func(l results.Lane) bool { return l.Name == name })
		if about := d.New.Run.Lanes[at].About; about != "" {
			name += " (" + about + ")"
		}
		out = append(out, results.Setting{Name: side, Value: name})
	}
	return out
}

// pairing is what is in the ratios besides the two programs, and how many trials make an interval.
func pairing(d *results.Diff) (besides, needs string) {
	if d.Paired() {
		return "The lanes were measured in turn, and ratios are those within blocks: what happened to both is in none.",
			fmt.Sprintf("%d blocks with trials of both lanes that count", stats.MinTrials)
	}
	return "The runs were not interleaved: whatever else changed between them is in the ratios.",
		fmt.Sprintf("%d trials of a lane in each run", stats.MinTrialsEach)
}

// otherwise lists other differences than the program, which may be why figures differ.
func otherwise(d *results.Diff) []string {
	if d.Paired() {
		return otherLane(d)
	}
	before, after := d.Old.Run, d.New.Run
	var out []string
	if before.Name == after.Name && before.Started.Equal(after.Started) {
		out = append(out, "old and new are the same run")
	}
	for _, side := range []struct {
		name string
		data *results.Data
	}{{"old", d.Old}, {"new", d.New}} {
		if p := newProgress(side.data); !p.Complete() {
			out = append(out, side.name+" run: "+strings.TrimSuffix(p.String(), "."))
		}
	}
	out = append(out, changes("", evidence(before), evidence(after))...)
	was, is := readSettings(d.Old), readSettings(d.New)
	for _, name := range results.SharedLanes(before, after) {
		out = append(out, changes(name+": ", settings(before, name), settings(after, name))...)
		if len(was) > 0 && len(is) > 0 { // runs of before settings were read have none
			out = append(out, changes(name+": ", asRead(was, name), asRead(is, name))...)
		}
	}
	return out
}

// otherLane lists what two lanes of one run state and were found to be set otherwise. That one has an option is in their names.
func otherLane(d *results.Diff) (out []string) {
	if p := newProgress(d.New); !p.Complete() {
		out = append(out, strings.TrimSuffix(p.String(), "."))
	}
	stated := func(name string) []results.Setting {
		return slices.DeleteFunc(settings(d.New.Run, name), func(k results.Setting) bool { return k.Name == lane.SettingOption })
	}
	read := readSettings(d.New)
	out = append(out, changes("", stated(d.Lanes[0]), stated(d.Lanes[1]))...)
	return append(out, changes("", asRead(read, d.Lanes[0]), asRead(read, d.Lanes[1]))...)
}

// evidence is the environment of a run and how its load read, without what any two runs differ in.
func evidence(run results.Run) []results.Setting {
	own := []string{"commit", "Go", "started", "finished"}
	kept := slices.DeleteFunc(environment(run), func(k results.Setting) bool { return slices.Contains(own, k.Name) })
	return append(kept, results.Setting{Name: lane.SettingReader, Value: run.Reader})
}

// settings is a lane's column of the fairness table, without the settings of the run.
func settings(run results.Run, name string) []results.Setting {
	var out []results.Setting
	for _, l := range run.Lanes {
		if l.Name == name {
			out = append(out, l.Settings...)
		}
	}
	return slices.DeleteFunc(out, func(k results.Setting) bool { return k.Name == lane.SettingReader })
}

// asRead is how a lane was found to be set, without what the kernel tunes.
func asRead(read []setting, lane string) []results.Setting {
	var out []results.Setting
	for _, s := range read {
		if !s.tuned() && s.of[lane] != nil {
			out = append(out, results.Setting{Name: s.Name, Value: s.text(lane)})
		}
	}
	return out
}

// changes lists the settings that two lists do not have alike.
func changes(prefix string, before, after []results.Setting) []string {
	var names, out []string
	was, is := map[string]string{}, map[string]string{}
	for _, k := range before {
		names, was[k.Name] = append(names, k.Name), k.Value
	}
	for _, k := range after {
		if _, ok := was[k.Name]; !ok {
			names = append(names, k.Name)
		}
		is[k.Name] = k.Value
	}
	for _, name := range names {
		if was[name] != is[name] {
			out = append(out, fmt.Sprintf("%s%s differs: %s -> %s", prefix, name, orUnknown(was[name]), orUnknown(is[name])))
		}
	}
	return out
}

func orUnknown(value string) string {
	if value == "" {
		return "unknown"
	}
	return value
}
