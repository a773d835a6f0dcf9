package cli

import (
	"errors"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/servers"
)

// The contract's other direction: a lane that takes messages of its subscribers confirms each exactly once, while it
// broadcasts to them, whatever the engine.
func uplinkClauses() (all []clause) {
	for _, o := range []fleet.Options{{Engine: fleet.Goroutines, Reader: fleet.Eager}, {Engine: fleet.Epoll, Reader: fleet.Batched}} {
		c := engineClause("uplinks are confirmed once", o, func(t *testing.T, l *inProcess) { confirmUplinks(t, l, o) })
		carries := c.applies
		c.applies = func(row servers.Lane) bool { return carries(row) && row.TakesUplinks() }
		all = append(all, c)
	}
	return all
}

func confirmUplinks(t *testing.T, l *inProcess, o fleet.Options) {
	t.Helper()
	const connections, uplinks, messages = 40, 25, 100
	targets, err := l.Targets()
	if err != nil {
		t.Fatal(err)
	}
	targets[0].Uplink = true
	f := l.load(t, o, targets[0])
	err = errors.Join(
		f.Ramp(t.Context(), wire.Ramp{Targets: targets, Connections: connections, PerSecond: 2000, Agents: 1}),
		f.OpenUplinks(t.Context(), wire.OpenUplinks{PerSecond: 2000, Agents: 1}),
	)
	if err != nil {
		t.Fatal(err)
	}
	var done wire.Published
	var both errgroup.Group
	both.Go(func() error {
		return f.Send(t.Context(), wire.Send{Rate: 200, Count: uplinks, Size: 128})
	})
	both.Go(func() (err error) {
		done, err = l.Broadcast(t.Context(), wire.Broadcast{Rate: 2000, Count: messages, Size: 128})
		return err
	})
	if err := both.Wait(); err != nil {
		t.Fatal(err)
	}
	r, err := f.Collect(t.Context(), wire.Collect{After: done.After, Through: done.Through, Timeout: patience})
	if err != nil {
		t.Fatal(err)
	}
	u := r.Counts
	if u.UplinksDue != connections*uplinks || u.UplinksSent != u.UplinksDue || u.UplinksConfirmed != u.UplinksDue || u.UplinksUnasked != 0 || u.UplinksWritten < 128*u.UplinksDue {
		t.Errorf("uplinks %+v, want all of %d confirmed (errors %v)", u, connections*uplinks, r.Errors)
	}
	if r.Received != connections*messages || r.Lost+r.Duplicated+r.Reordered != 0 {
		t.Errorf("received %d of %d meanwhile, lost %d, duplicated %d, reordered %d", r.Received, connections*messages, r.Lost, r.Duplicated, r.Reordered)
	}
	for _, metric := range []string{"uplink_round_trip", "uplink_lateness"} {
		if h, err := r.Histograms[metric].Decode(); err != nil || uint64(h.TotalCount()) != u.UplinksDue {
			t.Errorf("%s was recorded %d times, want %d (%v)", metric, h.TotalCount(), u.UplinksDue, err)
		}
	}
	stats, err := l.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if stats["uplink/received"] != float64(u.UplinksSent) || stats["uplink/bytes"] != float64(128*u.UplinksSent) || stats["uplink/repeated"] != 0 {
		t.Errorf("the server received %v messages, %v bytes, %v repeated", stats["uplink/received"], stats["uplink/bytes"], stats["uplink/repeated"])
	}
	if err := f.CloseUplinks(t.Context(), wire.Nothing{}); err != nil {
		t.Error(err)
	}
}
