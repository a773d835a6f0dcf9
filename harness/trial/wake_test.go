package trial

import (
	"context"
	"testing"

	"github.com/pushbench/pushbench/internal/wire"
)

// looked is a fleet whose ramp ends when it has been looked at often enough, or when a message was published.
type looked struct {
	fakeFleet
	looks []wire.Counts
	over  chan struct{}
}

func (f *looked) Ramp(ctx context.Context, _ wire.Ramp) error {
	select {
	case <-f.over:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (f *looked) Report(_ context.Context, _ wire.Collect) (wire.Report, error) {
	now := f.looks[0]
	if len(f.looks) > 1 {
		f.looks = f.looks[1:]
		return wire.Report{Counts: now}, nil
	}
	select {
	case <-f.over:
	default:
		close(f.over)
	}
	return wire.Report{Counts: now}, nil
}

// Only a server of which nobody gets an answer without a message is woken: one that is slow goes on by itself.
func TestWhoIsWoken(t *testing.T) {
	for name, c := range map[string]struct {
		looks []wire.Counts
		woken bool
		sent  bool
	}{
		"slow":              {[]wire.Counts{{Unanswered: 9, Connections: 1}, {Unanswered: 5, Connections: 5}, {Connections: 10}}, false, false},
		"waits for a word":  {[]wire.Counts{{Unanswered: 10}, {Unanswered: 10}, {Connections: 10}}, true, true},
		"stops and goes on": {[]wire.Counts{{Unanswered: 9, Connections: 1}, {Unanswered: 9, Connections: 1}, {Connections: 10}}, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &fakeServer{}
			f := &looked{looks: c.looks, over: make(chan struct{})}
			tr := newTrial(s, &f.fakeFleet)
			tr.fleet, tr.ramped = f, &Ramp{Storm: true}
			ramp := wire.Ramp{Targets: []wire.Target{{Transport: "sse", External: &wire.External{}}}, Connections: 10}
			if err := tr.rampUp(t.Context(), ramp); err != nil {
				t.Fatal(err)
			}
			if tr.woken != c.woken || len(s.broadcasts) > 0 != c.sent {
				t.Errorf("woken %v with %d messages, want %v, %v", tr.woken, len(s.broadcasts), c.woken, c.sent)
			}
		})
	}
}
