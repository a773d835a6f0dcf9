package node

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/pushbench/pushbench/harness/node/machine"
	"github.com/pushbench/pushbench/harness/node/probe"
	"github.com/pushbench/pushbench/harness/node/program"
	"github.com/pushbench/pushbench/harness/node/trace"
	"github.com/pushbench/pushbench/results"
)

// Bus is where agents of this node join the coordinator.
type Bus struct{ URL, Token string }

// Local is the machine of this process.
type Local struct {
	name string
	bus  Bus

	mu        sync.Mutex
	processes map[string]*running
	scanned   machine.Processes // by the last question about neighbours
	at        time.Time
}

var _ Node = (*Local)(nil)

// LocalName is what the node in the coordinator's own process is called.
const LocalName = "local"

// NewLocal is this machine. Without a bus it starts no agent.
func NewLocal(name string, bus Bus) *Local {
	return &Local{name: name, bus: bus, processes: map[string]*running{}}
}

// Name is the node's.
func (l *Local) Name() string { return l.name }

// Start runs a program of ours or of others, and returns when it is ready.
func (l *Local) Start(ctx context.Context, p program.Program, o StartOptions) (Process, error) {
	r := &running{program: p, options: o, exited: make(chan error, 1)}
	r.forget = func() { l.forget(r) }
	if err := l.add(r); err != nil {
		return nil, err
	}
	start := r.external
	if p.Own {
		start = func(ctx context.Context) error {
			within, err := l.within(o.Behind)
			if err != nil {
				return err
			}
			return r.own(ctx, l.bus, within)
		}
	}
	if err := start(ctx); err != nil {
		_ = r.Kill(context.WithoutCancel(ctx)) // the error is why
		return nil, err
	}
	if r.process != nil {
		go r.watch()
	}
	return r, nil
}

// add gives a process its name, which no other has.
func (l *Local) add(r *running) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, taken := l.processes[r.options.Name]; taken {
		return fmt.Errorf("node %s: a process %s runs already", l.name, r.options.Name)
	}
	l.processes[r.options.Name] = r
	return nil
}

func (l *Local) forget(r *running) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.processes[r.options.Name] == r {
		delete(l.processes, r.options.Name)
	}
}

// find returns processes by their names.
func (l *Local) find(names []string) (all []*running, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, name := range names {
		r, ok := l.processes[name]
		if !ok {
			return nil, fmt.Errorf("node %s: no process %s runs", l.name, name)
		}
		all = append(all, r)
	}
	return all, nil
}

// within is the process whose network namespace is that behind a link; 0: there is no link.
func (l *Local) within(link string) (int, error) {
	if link == "" {
		return 0, nil
	}
	found, err := l.find([]string{link})
	if err != nil {
		return 0, err
	}
	return found[0].process.PID(), nil
}

// Describe describes the machine.
func (l *Local) Describe(ctx context.Context) (d Description, err error) {
	if d.Limits, err = machine.ReadLimits("/proc"); err != nil {
		return d, err
	}
	d.Division = machine.Divide(d.Limits.CPUs)
	if d.Environment, err = machine.Environment(ctx, "/proc", d.Limits, d.Division); err != nil {
		return d, err
	}
	d.Environment.Accounting = probe.Accounting("/proc", "/sys")
	d.Environment.Accounting[results.AccountingTrace] = "eBPF"
	if err := trace.Available(); err != nil {
		d.Tracing = err.Error()
		d.Environment.Accounting[results.AccountingTrace] = results.Unknown + d.Tracing
	}
	d.Left = Tidy()
	return d, nil
}

// Observe watches the machine for a second.
func (l *Local) Observe(ctx context.Context) ([]machine.Finding, error) {
	seen, err := machine.Observe(ctx, "/proc", "/sys")
	if err != nil {
		return nil, err
	}
	return seen.Findings(), nil
}

// Neighbours scans all processes, which is too expensive for a phase: a trial asks before it begins and when it has ended.
func (l *Local) Neighbours(context.Context) (n Neighbours, err error) {
	now, err := machine.ReadProcesses("/proc")
	if err != nil {
		return n, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.scanned != nil {
		n.Took = time.Since(l.at)
		for _, u := range now.Busiest(l.scanned, os.Getpid()) {
			if u.Busy(n.Took) {
				n.Busy = append(n.Busy, u)
			}
		}
	}
	l.scanned, l.at = now, time.Now()
	return n, nil
}

// tracer is a watch of this machine's kernel.
type tracer struct {
	loaded *trace.Tracer
	end    chan struct{}
	ended  chan error
	counts trace.Counts
}

// Trace loads a watch of processes.
func (l *Local) Trace(_ context.Context, names []string, frame int) (Tracer, error) {
	all, err := l.find(names)
	if err != nil {
		return nil, err
	}
	var watched []trace.Process
	for _, r := range all {
		for _, pid := range r.pids() {
			watched = append(watched, trace.Process{PID: pid, Port: r.ready.Address.Port()})
		}
	}
	loaded, err := trace.Load(watched, frame)
	if err != nil {
		return nil, err
	}
	return &tracer{loaded: loaded}, nil
}

// Start begins to count.
func (t *tracer) Start(context.Context) error {
	t.end, t.ended = make(chan struct{}), make(chan error, 1)
	began := make(chan struct{})
	go func() {
		var err error
		t.counts, err = t.loaded.Watch(func() error {
			close(began)
			<-t.end
			return nil
		})
		t.ended <- err
	}()
	select {
	case <-began:
		return nil
	case err := <-t.ended:
		t.end = nil
		return err
	}
}

// Stop ends the watch and frees it.
func (t *tracer) Stop(context.Context) (trace.Counts, error) {
	defer t.loaded.Close()
	if t.end == nil {
		return trace.Counts{}, nil
	}
	close(t.end)
	err := <-t.ended
	return t.counts, err
}
