package cli

import (
	"context"
	"errors"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/pushbench/pushbench/clients"
	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/servers"
)

// The contract's other direction: a lane that takes messages of its subscribers confirms each exactly once, while it
// broadcasts to them, whatever the engine.
func TestContractUplinksAreConfirmedOnce(t *testing.T) {
	for _, o := range []fleet.Options{{Engine: fleet.Goroutines, Reader: fleet.Greedy}, {Engine: fleet.Epoll, Reader: fleet.Coalesced}} {
		t.Run(string(o.Engine), func(t *testing.T) {
			everyLane(t, func(t *testing.T, l *inProcess) {
				const connections, uplinks, messages = 40, 25, 100
				f := l.talking(t, o, connections)
				if f == nil {
					return
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
				stopping, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				f.Stop(stopping)
			})
		})
	}
}

// talking opens connections that will send messages, with whatever the transport needs beside them; nil: the lane takes none, or
// the engine does not carry it.
func (l *inProcess) talking(t *testing.T, o fleet.Options, connections int) *fleet.Fleet {
	t.Helper()
	targets, err := l.Targets()
	if err != nil {
		t.Fatal(err)
	}
	lane, err := servers.LaneByName(l.line.Lane)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.For(clients.Carried(targets[0])); err != nil || !lane.TakesUplinks() {
		t.Logf("takes messages of its subscribers: %v; engine: %v", lane.TakesUplinks(), err)
		return nil
	}
	targets[0].Uplink = true
	client, err := clients.ClientOf(targets[0])
	if err != nil {
		t.Fatal(err)
	}
	f, err := fleet.New(o, client)
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(
		f.Ramp(t.Context(), wire.Ramp{Targets: targets, Connections: connections, PerSecond: 2000, Agents: 1}),
		f.OpenUplinks(t.Context(), wire.OpenUplinks{PerSecond: 2000, Agents: 1}),
	)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
