package cli

import (
	"encoding/binary"
	"net"
	"testing"
	"time"

	"github.com/pushbench/pushbench/harness/trial"
	"github.com/pushbench/pushbench/internal/wire"
)

// Readers that stall cost the server memory no figure of its process shows: what they were sent waits in the kernel. The
// process keeps one copy of each message for all of them, the kernel one for each.
func TestStalledReadersShowInTheKernelsMemory(t *testing.T) {
	const readers, messages, size = 40, 32, 64 << 10
	s := startServer(t, trial.ServerOptions{Lane: "tcp"})
	stall(t, s, readers)
	before := measured(t, s)
	if _, ok := before["sockets queued"]; !ok {
		t.Skip("no SOCK_DIAG here: the kernel's memory of sockets is unknown")
	}
	if before["sockets sockets"] != readers {
		t.Fatalf("%v sockets at the server's end, want %d", before["sockets sockets"], readers)
	}
	if _, err := s.Broadcast(t.Context(), wire.Broadcast{Rate: 1000, Count: messages, Size: size}); err != nil {
		t.Fatal(err)
	}
	const least = readers * messages * size / 4 // whatever the sizes of buffers on this machine
	grown := func(after map[string]float64, metric string) float64 { return after[metric] - before[metric] }
	var after map[string]float64
	for until := time.Now().Add(20 * time.Second); time.Now().Before(until); {
		if after = measured(t, s); grown(after, "sockets queued") > least {
			break
		}
	}
	queued, memory, rss := grown(after, "sockets queued"), grown(after, "sockets send_memory"), grown(after, "process rss")
	t.Logf("%d stalled readers: %.1f MB more queued in %.1f MB of kernel memory, resident memory grew by %.1f MB", readers, queued/1e6, memory/1e6, rss/1e6)
	if queued <= least || memory < queued {
		t.Errorf("%v B more are queued in %v B of the kernel's memory, want more than %d", queued, memory, least)
	}
	if v, ok := after["sockets kernel_memory"]; ok && v < memory {
		t.Errorf("the kernel layer is %v B, less than the %v B of its buffers", v, memory)
	}
	if rss > memory/3 {
		t.Errorf("resident memory grew by %v B, the kernel's by %v B: want it to show there alone", rss, memory)
	}
}

// stall connects readers that never read, and ends them before the server.
func stall(t *testing.T, s started, readers int) {
	t.Helper()
	targets, err := s.Targets()
	if err != nil {
		t.Fatal(err)
	}
	var open []net.Conn
	t.Cleanup(func() {
		for _, c := range open {
			c.Close()
		}
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	for range readers {
		c, err := net.Dial("tcp", targets[0].Address)
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, c)
		if _, err := c.Write(binary.BigEndian.AppendUint64(nil, wire.Live)); err != nil {
			t.Fatal(err)
		}
	}
	for until := time.Now().Add(20 * time.Second); time.Now().Before(until); {
		if measured(t, s)["hub subscribers"] == float64(readers) {
			return
		}
	}
	t.Fatalf("not all of %d readers are subscribed", readers)
}

// measured reads every probe after a forced garbage collection, as a trial does at a level.
func measured(t *testing.T, s started) map[string]float64 {
	t.Helper()
	if err := s.Collect(t.Context()); err != nil {
		t.Fatal(err)
	}
	all := map[string]float64{}
	for _, r := range s.read(t).Readings {
		if r.Process == "server" {
			all[r.Source+" "+r.Metric] = r.Value
		}
	}
	return all
}
