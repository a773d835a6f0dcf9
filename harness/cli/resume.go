package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/harness/node/machine"
	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/harness/trial"
	"github.com/pushbench/pushbench/internal/secret"
	"github.com/pushbench/pushbench/results"
)

// resumed opens an earlier run: the same scenario and plan, without the trials it has.
func resumed(ctx context.Context, o runOptions, here host) (*trial.Run, error) {
	dir, err := runFolder(o.out, o.resume)
	if err != nil {
		return nil, usageError{err}
	}
	folder, data, err := results.Reopen(dir)
	if busy := (*results.BusyError)(nil); errors.As(err, &busy) {
		return nil, usageError{busy}
	}
	if err != nil {
		return nil, unusable(err)
	}
	r, err := continued(ctx, o, dir, data.Run, here)
	if err != nil {
		return nil, errors.Join(err, folder.Close())
	}
	r.Folder, r.Next = folder, data.NextTrial()
	return r, nil
}

// continued is the run of a record, as it was begun: what decides its figures is taken from there, and what differs here
// is said.
func continued(ctx context.Context, o runOptions, dir string, record results.Run, here host) (*trial.Run, error) {
	u, err := recorded(o, dir, record, here)
	if err != nil {
		return nil, usageError{err}
	}
	r, err := planned(ctx, o, u)
	if err != nil {
		return nil, err
	}
	precision, warnings := r.Record.Precision, r.Record.Warnings
	if differs := differences(record.Environment, r.Record.Environment); len(differs) > 0 {
		warnings = append(warnings, results.Warning{Code: results.Resumed, Args: results.Args{"differences": strings.Join(differs, "; ")}})
	}
	r.Record = record
	r.Record.Precision, r.Record.Relevant = precision, o.relevant.or(record.Relevant)
	r.Record.Command = secret.Args(record.Command) // an older one may be in clear
	r.Record.Finished = time.Time{}
	for _, w := range warnings {
		r.Record.Warnings = results.AddWarning(r.Record.Warnings, w)
	}
	return r, nil
}

// recorded is what a run was measured with.
func recorded(o runOptions, dir string, record results.Run, here host) (u setup, err error) {
	file := filepath.Join(dir, "run.json")
	u.host = here
	if u.scenario, err = restore(file+": scenario", record, catalog()); err != nil {
		return u, err
	}
	if n := len(u.scenario.Contestants()); record.Planned < n || record.Planned > mostBlocks*n || record.Planned%n != 0 {
		return u, fmt.Errorf("%s: planned: %d trials are no blocks of %d: want a multiple of %d, up to %d", file, record.Planned, n, n, mostBlocks*n)
	}
	u.before = record.Precision
	if u.division, err = divided(record.Environment.Affinity, here); err != nil {
		return u, fmt.Errorf("--resume %s: %w", o.resume, err)
	}
	u.engine, err = o.recordedEngine(u.scenario, record)
	return u, err
}

// mostBlocks is beyond what any run gets to: a record that plans more was edited, or is broken.
const mostBlocks = 100_000

// divided is the division of CPUs in a record, where this process may use them.
func divided(affinity map[string]string, here host) (machine.Division, error) {
	if affinity["server"] == "" || affinity["agents"] == "" { // recorded on a system that binds nothing
		return here.is.Division, nil
	}
	return machine.ParseDivision(affinity["server"], affinity["agents"], here.is.Limits.CPUs)
}

// recordedEngine is what carried the load of a run. Another one would make a second run of its remaining trials.
func (o runOptions) recordedEngine(sc *scenario.Scenario, record results.Run) (string, error) {
	before := record.Engines()
	if len(before) > 1 {
		return "", fmt.Errorf("run %s has lanes on the engines %s, and a run has one: report it, or begin a new run", record.Name, strings.Join(before, " and "))
	}
	engine, _, err := engineOf(sc, cmp.Or(strings.Join(before, ""), string(fleet.Auto)))
	if err != nil || !o.given("engine") {
		return engine, err
	}
	asked, _, err := engineOf(sc, o.engine)
	if err == nil && asked != engine {
		err = fmt.Errorf("--engine %s: the load of this run had engine %s so far, and a run has one: leave --engine out, or begin a new run", o.engine, engine)
	}
	return engine, err
}

// differences are the settings of machine and program that decide figures and are not what they were, one text for each.
func differences(before, now results.Environment) (texts []string) {
	compare := func(what, before, now string) {
		if before != now && before != "" { // older records lack some
			texts = append(texts, fmt.Sprintf("%s %s, was %s", what, now, before))
		}
	}
	compare("commit", before.Commit, now.Commit)
	compare("go", before.Go, now.Go)
	compare("system", before.OS, now.OS)
	compare("kernel", before.Kernel, now.Kernel)
	compare("cpu", before.CPU, now.CPU)
	compare("cpus", strconv.Itoa(before.CPUs), strconv.Itoa(now.CPUs))
	compare("memory", gibibytes(before.Memory), gibibytes(now.Memory))
	for _, name := range slices.Sorted(maps.Keys(before.Accounting)) { // what can be read, not where: sizes vary
		_, was := before.Unread(name)
		if _, is := now.Unread(name); was != is {
			compare(name, before.Accounting[name], now.Accounting[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(before.Limits)) {
		compare(name, before.Limits[name], now.Limits[name])
	}
	for _, name := range slices.Sorted(maps.Keys(before.Sysctls)) {
		compare(name, before.Sysctls[name], now.Sysctls[name])
	}
	return texts
}

func gibibytes(bytes uint64) string { return fmt.Sprintf("%.1f GiB", float64(bytes)/(1<<30)) }
