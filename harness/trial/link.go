package trial

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"time"

	"github.com/pushbench/pushbench/harness/node"
	"github.com/pushbench/pushbench/harness/node/program"
	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// link is the process that stands for the network of the clients.
type link struct{ *controlled }

// sourceLink is that of a link's rows.
const sourceLink = "link"

// startLink starts the link of a path on the CPUs of server and load, whichever is idle: while a server sends to all its clients that is
// the load's, and when the packets are due, the server's. Its clients can reach loopback alone.
func startLink(ctx context.Context, on node.Node, l scenario.Link, seed uint64, to []wire.Target, cpus []int) (*link, error) {
	for _, target := range to {
		address, err := netip.ParseAddrPort(target.Address)
		if err != nil || !address.Addr().Is4() || !address.Addr().IsLoopback() {
			return nil, fmt.Errorf("the link of a path leads to 127.0.0.0/8 alone, and clients of this lane connect to %s", target.Address)
		}
	}
	settings, err := json.Marshal(l.Conditions(seed))
	if err != nil {
		return nil, err
	}
	p := program.Program{Own: true, Announces: true, Isolated: true, Command: []string{"link"}, Stdin: settings}
	c, err := startControlled(ctx, on, p, node.StartOptions{Label: "link", Role: program.Link, CPUs: cpus}, 1)
	if err != nil {
		return nil, err
	}
	return &link{c}, nil
}

// read has the link send packets through itself, and records what they took beside what was asked for. A link that is something else
// makes the trial invalid.
func (l *link) read(ctx context.Context, t *trial) error {
	read, err := l.Probe(ctx)
	if err != nil {
		return err
	}
	row := func(metric, unit string, value float64) {
		t.rows.sample(results.PhaseBaseline, 0, sourceLink, metric, unit, value)
	}
	row("link_round_trip_asked", results.Seconds, read.Expected.Seconds())
	row("link_probes", results.Count, float64(read.Sent))
	row("link_probes_returned", results.Count, float64(read.Returned))
	if read.Returned == 0 {
		t.warn("", results.LinkUnread, results.Args{"probes": read.Sent})
		return nil
	}
	row("link_round_trip", results.Seconds, read.RoundTrip.Seconds())
	if off := (read.RoundTrip - read.Expected).Abs(); off > tolerated(read.Expected, t.scenario.Link.Jitter) {
		t.invalidate("", results.LinkOff, results.Args{"read": rounded(read.RoundTrip), "asked": rounded(read.Expected)})
	}
	return nil
}

// tolerated is how far a median of 25 round trips may be from what was asked for: by what a machine with other work adds, and by all of
// the jitter, as it is about the same for packets that are sent within a few milliseconds.
func tolerated(asked, jitter time.Duration) time.Duration {
	const least, share = 2 * time.Millisecond, 20
	return max(least, asked/share) + jitter
}

func rounded(d time.Duration) string { return d.Round(10 * time.Microsecond).String() }
