package cli

import (
	"testing"
	"time"

	"github.com/pushbench/pushbench/clients"
	"github.com/pushbench/pushbench/harness/conform"
	"github.com/pushbench/pushbench/harness/node/probe"
	"github.com/pushbench/pushbench/harness/trial"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/servers"
)

// What a row of the table states and what a fresh process of the lane does are the same, and no lane's sockets are set
// otherwise than another's.
func TestEveryLaneIsWhatItsRowStates(t *testing.T) {
	const connections = 24
	for _, name := range contestants() {
		t.Run(name, func(t *testing.T) {
			row, err := servers.LaneByName(name)
			if err != nil {
				t.Fatal(err)
			}
			s := startServer(t, trial.ServerOptions{Lane: name, Unacked: 20 * time.Second})
			t.Cleanup(func() {
				if err := s.Stop(); err != nil {
					t.Error(err)
				}
			})
			targets, err := s.Targets()
			if err != nil {
				t.Fatal(err)
			}
			client, err := clients.ClientOf(targets[0])
			if err != nil {
				t.Fatal(err)
			}
			if client.Dialer != nil {
				t.Cleanup(client.Dialer.Close)
			}
			want := measured(t, s)["runtime goroutines"] + connections*row.Stated.Goroutines
			for range connections {
				subscribed, err := conform.Subscribe(t.Context(), client, targets[0], wire.Live)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = subscribed.Close() })
			}
			// A handler that returns after the greeting has not done so at once.
			after := measured(t, s)
			for until := time.Now().Add(patience); after["runtime goroutines"] != want && time.Now().Before(until); {
				after = measured(t, s)
			}
			if got := after["runtime goroutines"]; got != want {
				t.Errorf("%v goroutines with %d connections, want %v: %v a connection, as the row states", got, connections, want, row.Stated.Goroutines)
			}
			if row.UDP {
				if v, ok := after["sockets sockets"]; ok && v != 1 {
					t.Errorf("%v UDP sockets serve %d subscribers, want 1", v, connections)
				}
				return // the options are those of TCP
			}
			if source := probe.Accounting("/proc", "/sys")["socket options"]; source != "pidfd_getfd" {
				t.Skipf("socket options are %s", source)
			}
			for metric, want := range map[string]float64{
				"tcp_nodelay": 1, "tcp_nodelay_most": 1, "tcp_user_timeout": 20, "tcp_user_timeout_most": 20,
				"so_keepalive": 1, "tcp_keepidle": 15, "tcp_keepidle_most": 15,
			} {
				if got, ok := after["sockopts "+metric]; !ok || got != want {
					t.Errorf("%s is %v (read: %v), want %v", metric, got, ok, want)
				}
			}
		})
	}
}
