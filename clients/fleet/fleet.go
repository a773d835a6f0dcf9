package fleet

import (
	"context"
	"errors"
	"iter"
	"net"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/pushbench/pushbench/internal/wire"
)

// Client is how each client of a fleet speaks.
type Client struct {
	Decoder func() Decoder
	Dialer  Dialer // nil: a TCP socket carries each; closed with the fleet

	Post func() Decoder // of an uplink connection, for what the client sends; nil: the subscription's carries it, or nothing does
}

// Fleet is the clients of one agent.
type Fleet struct {
	decoder  func() Decoder
	post     func() Decoder
	dialer   Dialer // nil: TCP sockets
	engine   engine
	sources  sources
	received uint64 // bytes the dialer had read at the last report
	written  uint64 // bytes it had written then, if it knows
	dropped  uint64 // packets it had dropped then
	profile  atomic.Pointer[wire.Profile]
	holding  atomic.Int64 // bytes its clients hold of messages that have not ended
	bound    atomic.Int64 // of that

	expected atomic.Pointer[expectation] // nil before there is one
	wakeups  uint64                      // of the engine, at the last report
	shards   []*recorder

	schedule atomic.Pointer[schedule] // of the messages clients send; nil until they are to
	newest   atomic.Uint64            // message any client has received, of servers that are not ours

	mu      sync.Mutex // guards what follows; taken before the recorders' locks
	targets []wire.Target
	slabs   []*slab
	placed  int // clients in the slabs
	stopped bool
}

// slab holds clients by value: a pointer for each would be a sixth more.
type slab [256]conn

// shardsPerCPU keeps goroutines that run at the same time from waiting for one another's recorder.
const shardsPerCPU = 4

// New returns a fleet without connections, on the engine and with the reader of the options.
func New(o Options, client Client) (*Fleet, error) {
	shards := 1
	if n := runtime.NumCPU(); n > 1 {
		shards = n * shardsPerCPU
	}
	e, err := newEngine(o, client.Dialer)
	if err != nil {
		return nil, err
	}
	f := &Fleet{decoder: client.Decoder, post: client.Post, dialer: client.Dialer, engine: e, sources: newSources(o.Sources)}
	f.profile.Store(&wire.Profile{})
	for i := range shards {
		f.shards = append(f.shards, newRecorder(i, f))
	}
	return f, nil
}

// Ramp opens this agent's part of the schedule and returns when each of its connections has its greeting or has failed.
// The error counts the failures and names the first.
func (f *Fleet) Ramp(ctx context.Context, req wire.Ramp) error {
	if err := req.Check(); err != nil {
		return err
	}
	f.mu.Lock()
	f.sources.agent, f.targets = req.Agent, req.Targets
	unlock := f.lockShards()
	for _, r := range f.shards {
		r.external = req.Targets[0].External // of one lane all servers are of a kind
		if req.Silences && r.lastBytes == nil {
			r.lastBytes = map[uint32]int64{}
		}
		if req.Mark != 0 {
			r.mark, r.marked = req.Mark, true
		}
	}
	unlock()
	f.bound.Store(boundOf(f.placed+req.Connections/req.Agents+1, req.Targets[0].Limit))
	f.mu.Unlock()
	r := &ramp{}
	if err := f.connect(ctx, req, r); err != nil {
		return err
	}
	return r.wait(ctx)
}

// connect begins the connections, each when it is due.
func (f *Fleet) connect(ctx context.Context, req wire.Ramp, r *ramp) error {
	defer f.engine.pace()()
	start := wire.Now()
	for i := req.Agent; i < req.Connections; i += req.Agents {
		intended := start
		if req.PerSecond > 0 {
			intended += int64(float64(i) * float64(time.Second) / req.PerSecond)
			wire.PaceUntil(intended)
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		r.begin()
		c := conn{decoder: f.decoder(), number: uint32(req.First + i)} //nolint:gosec // far fewer connections
		c.opening = &opening{ramp: r, intended: intended, after: wire.Live}
		f.engine.open(f.add(c))
	}
	return nil
}

func (f *Fleet) add(c conn) *conn {
	f.mu.Lock()
	defer f.mu.Unlock()
	c.recorder = f.shards[f.placed%len(f.shards)]
	f.aim(c.opening, c.number)
	at := f.placed % len(slab{})
	if at == 0 {
		f.slabs = append(f.slabs, new(slab))
	}
	f.placed++
	last := f.slabs[len(f.slabs)-1]
	last[at] = c
	return &last[at]
}

// aim says where a client's next connection leads, and comes from; f.mu is locked.
func (f *Fleet) aim(o *opening, number uint32) {
	o.target = &f.targets[int(number)%len(f.targets)]
	o.source = f.sources.next(o.target.Address)
}

// clients are all there have been; f.mu is locked.
func (f *Fleet) clients() iter.Seq[*conn] {
	return func(yield func(*conn) bool) {
		for i := range f.placed {
			if !yield(&f.slabs[i/len(slab{})][i%len(slab{})]) {
				return
			}
		}
	}
}

// Collect waits until every open connection has seen message Through, or the timeout, and returns what was recorded
// since the last report. A message that did not arrive by then is lost.
func (f *Fleet) Collect(ctx context.Context, req wire.Collect) (wire.Report, error) {
	if !req.Peek {
		f.Await(ctx, req)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	report := wire.Report{
		Histograms: map[string]wire.Histogram{}, Errors: map[string]int{}, Ends: map[string]int{}, Notes: map[string]int{}, Losers: map[uint64]int{},
	}
	merged := map[string]*hdrhistogram.Histogram{}
	unlock := f.lockShards()
	defer unlock()
	for c := range f.clients() {
		c.count(&report.Counts, req)
		if req.Peek {
			continue
		}
		c.tally(&report, req)
		c.conclude()
		if c.behind(req.Through) {
			report.Unread += uint64(f.engine.unread(c)) //nolint:gosec // a count
		}
	}
	if req.Peek {
		for _, r := range f.shards {
			report.Instead.Add(r.evidence.Instead)
		}
		return report, nil
	}
	wakeups := f.engine.wakeups()
	report.Wakeups, f.wakeups = wakeups-f.wakeups, wakeups
	if f.dialer != nil {
		received := f.dialer.Received()
		report.Bytes, f.received = received-f.received, received
	}
	if d, ok := f.dialer.(dropper); ok {
		dropped := d.Dropped()
		report.Dropped, f.dropped = dropped-f.dropped, dropped
	}
	for _, r := range f.shards {
		r.counted = max(r.counted, req.Through)
		r.report(&report, merged)
	}
	if w, ok := f.dialer.(writer); ok {
		written := w.Written()
		if report.UplinksSent > 0 { // else it is none of their bytes
			report.UplinksWritten = written - f.written
		}
		f.written = written
	}
	// More than expected means messages beyond Through: the next report's business, but never a negative loss.
	report.Lost = report.Expected - min(report.Received, report.Expected)
	report.UplinksLost = report.UplinksDue - min(report.UplinksConfirmed, report.UplinksDue)
	for metric, h := range merged {
		encoded, err := wire.EncodeHistogram(h)
		if err != nil {
			return wire.Report{}, err
		}
		report.Histograms[metric] = encoded
	}
	for _, r := range f.shards {
		r.reset() // the merged histograms are some of theirs
	}
	return report, nil
}

// Await returns when no open connection is behind message Through and no client waits for a confirmation, or at the timeout.
func (f *Fleet) Await(ctx context.Context, req wire.Collect) {
	ctx, cancel := context.WithTimeout(ctx, req.Timeout)
	defer cancel()
	var behind sync.WaitGroup
	f.mu.Lock()
	unlock := f.lockShards()
	for _, r := range f.shards {
		r.awaited, r.behind, r.caught = req.Through, r.unacked, nil
	}
	for c := range f.clients() {
		if c.behind(req.Through) {
			c.recorder.behind++
		}
	}
	for _, r := range f.shards {
		if r.behind > 0 {
			behind.Add(1)
			r.caught = behind.Done
		}
	}
	unlock()
	f.mu.Unlock()
	if waited(ctx, &behind) && req.Drained {
		f.engine.drained(ctx)
	}
}

func (f *Fleet) lockShards() (unlock func()) {
	for _, r := range f.shards {
		r.mu.Lock()
	}
	return func() {
		for _, r := range f.shards {
			r.mu.Unlock()
		}
	}
}

// Stop closes every connection, cleanly until ctx ends.
func (f *Fleet) Stop(ctx context.Context) {
	f.mu.Lock()
	f.stopped = true // nobody comes back from here on
	f.mu.Unlock()
	f.engine.stop(ctx)
	if f.dialer != nil {
		f.dialer.Close()
	}
}

// cause is an error's text without addresses and ports, so that equal causes count together.
func cause(err error) string {
	var op *net.OpError
	if errors.As(err, &op) {
		err = op.Err
	}
	var call *os.SyscallError
	if errors.As(err, &call) {
		err = call.Err
	}
	if errors.Is(err, syscall.EMFILE) {
		return "too many open files: raise ulimit -n"
	}
	return err.Error()
}
