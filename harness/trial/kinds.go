package trial

import (
	"context"

	"github.com/pushbench/pushbench/harness/scenario"
)

// Phases is THE TABLE of what a trial can do. To add a kind: a file with its keys, what they ask for, their check and its run; and a
// row here.
func Phases() []scenario.Kind[scenario.Work] {
	return []scenario.Kind[scenario.Work]{
		{Name: "ramp", New: func() scenario.Work { return new(Ramp) }, About: "Connections open on a fixed schedule, up to a level at which memory is sampled. A slope needs two levels, a trustworthy one four."},
		{Name: "idle", New: func() scenario.Work { return new(Idle) }, About: "All connections rest with nothing but heartbeats, 1ms to 24h. Unit: a duration."},
		{Name: "broadcast", New: func() scenario.Work { return new(Broadcast) }, About: "Every connection gets every message. The first broadcast is the headline of the report."},
		{Name: "uplink", New: func() scenario.Work { return new(Uplink) }, About: "Only clients send. Where a subscription cannot carry their messages, each client posts them on a second connection; all of these are opened before the first phase in which clients send."},
		{Name: "trace", New: func() scenario.Work { return new(Trace) }, About: "Goes on like the first broadcast while the kernel counts the server's system calls and sends and times them, which slows it down; 1 to 100000 messages. Needs root and a kernel with BTF. Unit: a duration."},
	}
}

// phase is what every kind of phase can do.
type phase interface {
	scenario.Work
	run(ctx context.Context, t *trial, name string) error
}

var _ = []phase{(*Ramp)(nil), (*Idle)(nil), (*Broadcast)(nil), (*Uplink)(nil), (*Trace)(nil)}
