package node

import (
	"context"
	"os"
	"slices"

	"github.com/pushbench/pushbench/harness/node/probe"
	"github.com/pushbench/pushbench/harness/node/process"
)

// Read reads the probes. Those of the measured processes are read in the order of their table, upwards before a phase and
// downwards after it. What the other processes and this one have used is read within them, on both sides: what the machine did
// beside the trial would else contain what they do while the expensive probes read.
func (l *Local) Read(ctx context.Context, q Question) (s Snapshot, err error) {
	all, err := l.find(q.Processes)
	if err != nil {
		return s, err
	}
	r := reader{q: q}
	clients := 0
	for _, p := range all {
		if p.options.Behind != "" {
			clients = p.process.PID()
		}
	}
	for _, p := range all {
		one := subject{p.options.Name, p.probed()}
		one.Clients = clients
		if p.options.Role.Measured() {
			r.measured = append(r.measured, one)
		} else {
			r.further = append(r.further, one)
		}
	}
	r.further = append(r.further, subject{Self, probe.Server{Proc: "/proc", Sys: "/sys", PID: os.Getpid()}})
	steps := []func(context.Context) error{r.others, r.table}
	if q.Moment != After {
		slices.Reverse(steps)
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return s, died(all, err)
		}
	}
	r.snapshot.Running = map[string]State{}
	for _, p := range slices.Concat(r.measured, r.further) {
		r.snapshot.Running[p.name] = State{PIDs: p.PIDs(), OwnQuota: q.Moment == After && !p.SharesQuota()}
	}
	return r.snapshot, nil
}

// died is why processes could not be read: most of all, because one has died.
func died(all []*running, err error) error {
	var own []*process.Process
	for _, r := range all {
		if r.process != nil {
			own = append(own, r.process)
		}
	}
	return process.Lost(err, own...)
}

// subject is what probes look at, by its name.
type subject struct {
	name string
	probe.Server
}

// reader answers one question.
type reader struct {
	q                 Question
	measured, further []subject
	snapshot          Snapshot
}

// table reads the measured processes and the host. Readings are in the order of the table, whatever the order they were read in.
func (r *reader) table(ctx context.Context) error {
	probes := probe.Probes()
	if r.q.Moment == Before {
		slices.Reverse(probes)
	}
	var all [][]Reading
	for _, p := range probes {
		if p.Level && !r.q.Level || !r.wants(p.Name) {
			continue
		}
		subjects := r.measured
		if p.Host {
			subjects = []subject{{Host, r.host()}}
		}
		if p.Once {
			subjects = subjects[:min(1, len(subjects))]
		}
		readings, err := read(ctx, p, subjects)
		if err != nil {
			return err
		}
		all = append(all, readings)
	}
	if r.q.Moment == Before {
		slices.Reverse(all)
	}
	r.snapshot.Readings = append(r.snapshot.Readings, slices.Concat(all...)...)
	return nil
}

// host is what probes of the machine look at: the control group it counts in is that of the first measured process.
func (r *reader) host() probe.Server {
	if len(r.measured) > 0 {
		return r.measured[0].Server
	}
	return probe.Server{Proc: "/proc", Sys: "/sys", PID: os.Getpid()}
}

// others reads what the other processes have used or, at rest, hold, and what the control group has
// done to all.
func (r *reader) others(ctx context.Context) error {
	if len(r.q.Only) == 0 {
		wanted := "schedstat"
		if r.q.Moment == AtRest {
			wanted = "process"
		}
		for _, p := range probe.Probes() {
			if p.Name != wanted {
				continue
			}
			readings, err := read(ctx, p, r.further)
			if err != nil {
				return err
			}
			r.snapshot.Readings = append(r.snapshot.Readings, readings...)
		}
	}
	r.snapshot.Group.Throttled, _ = probe.ReadThrottling("/proc", "self")
	r.snapshot.Group.Kills = probe.ReadOOMKills("/proc")
	return nil
}

func (r *reader) wants(source string) bool {
	return len(r.q.Only) == 0 || slices.Contains(r.q.Only, source)
}

// read reads one probe of several subjects.
func read(ctx context.Context, p probe.Probe, of []subject) (all []Reading, err error) {
	for _, s := range of {
		readings, err := p.Of(ctx, s.Server)
		if err != nil {
			return nil, err
		}
		for _, r := range readings {
			all = append(all, Reading{Process: s.name, Sourced: r})
		}
	}
	return all, nil
}

// Grown is the growth during a phase: gauges as they are, counters as their growth since its begin. Where processes have ended in
// the phase, what they had counted is gone: their counters are left out, and ended has their names.
func Grown(before, after Snapshot) (grown []Reading, ended []string) {
	type key struct{ process, source, metric string }
	begin := make(map[key]float64, len(before.Readings))
	for _, r := range before.Readings {
		begin[key{r.Process, r.Source, r.Metric}] = r.Value
	}
	for name, was := range before.Running {
		is := after.Running[name]
		if slices.ContainsFunc(was.PIDs, func(pid int) bool { return !slices.Contains(is.PIDs, pid) }) {
			ended = append(ended, name)
		}
	}
	slices.Sort(ended)
	ofProcesses := map[string]bool{} // other counters are of groups that have not ended
	for _, p := range probe.Probes() {
		ofProcesses[p.Name] = !p.Once
	}
	for _, r := range after.Readings {
		if r.Counter {
			if ofProcesses[r.Source] && slices.Contains(ended, r.Process) {
				continue
			}
			r.Value -= begin[key{r.Process, r.Source, r.Metric}]
		}
		grown = append(grown, r)
	}
	return grown, ended
}

// Sum adds up a metric over processes; false: none of them has it.
func Sum(readings []Reading, source, metric string, of func(process string) bool) (total float64, known bool) {
	for _, r := range readings {
		if r.Source == source && r.Metric == metric && of(r.Process) {
			total, known = total+r.Value, true
		}
	}
	return total, known
}
