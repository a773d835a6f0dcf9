package cli

import (
	"context"
	"errors"
	"math"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/clients"
	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/harness/node/trace"
	"github.com/pushbench/pushbench/harness/trial"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/servers"
)

// joined is how far the count of messages may be off, as a share, where a send has several: in one chunk of HTTP each is
// smaller than alone.
const joined = 0.05

// watched is a broadcast of several server processes of a lane, seen from three sides.
type watched struct {
	kernel    trace.Counts
	published []wire.Published
	report    wire.Report
}

// watch broadcasts to connections over two server processes while the kernel watches both.
func watch(t *testing.T, lane string, connections int, b wire.Broadcast) (w watched) {
	t.Helper()
	var (
		processes []trace.Process
		targets   []wire.Target
		all       []trial.Server
	)
	for range 2 {
		s := startServer(t, trial.ServerOptions{Lane: lane})
		t.Cleanup(func() {
			if err := s.Stop(); err != nil {
				t.Error(err)
			}
		})
		to, err := s.Targets()
		if err != nil {
			t.Fatal(err)
		}
		address, err := netip.ParseAddrPort(to[0].Address)
		if err != nil {
			t.Fatal(err)
		}
		processes = append(processes, trace.Process{PID: s.pids(t)[0], Port: address.Port()})
		all, targets = append(all, s), append(targets, to...)
	}
	client, err := clients.ClientOf(targets[0])
	if err != nil {
		t.Fatal(err)
	}
	f, err := fleet.New(fleet.Options{Engine: fleet.Epoll, Reader: fleet.Eager}, client)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // before the servers end
		stopping, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		f.Stop(stopping)
	})
	if err := f.Ramp(t.Context(), wire.Ramp{Targets: targets, Connections: connections, PerSecond: 2000, Agents: 1}); err != nil {
		t.Fatal(err)
	}
	tracer, err := trace.Load(processes, frame(t, f, all, b))
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer tracer.Close()
	w.kernel, err = tracer.Watch(func() error {
		for _, s := range all { // one after the other: their messages have the same numbers
			done, err := s.Broadcast(t.Context(), b)
			if err != nil {
				return err
			}
			w.published = append(w.published, done)
		}
		last := w.published[len(w.published)-1]
		w.report, err = f.Collect(t.Context(), wire.Collect{After: last.After, Through: last.Through, Timeout: patience})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// frame is what a message takes on the wire, found as a trial finds it: by a broadcast before.
func frame(t *testing.T, f *fleet.Fleet, all []trial.Server, b wire.Broadcast) int {
	t.Helper()
	var last wire.Published
	for _, s := range all {
		var err error
		if last, err = s.Broadcast(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	r, err := f.Collect(t.Context(), wire.Collect{After: last.After, Through: last.Through, Timeout: patience})
	if err != nil {
		t.Fatal(err)
	}
	return int(math.Round(float64(r.Bytes) / float64(r.Received)))
}

// What the kernel saw leave is what the fleet saw arrive, to the byte and in the order of time, on every lane that streams
// messages of one size. The figures of others, which poll or compress, do not agree, and a run says so in place of stages;
// so it does of HTTP/2, whose connections send what their streams have together, to a load without the kernel's stamps.
func TestTraceAgreesWithTheFleet(t *testing.T) {
	const connections, messages = 20, 40
	for _, row := range servers.Lanes() {
		if strings.HasSuffix(row.Transport, "poll") || row.Stated.Compression != "off" || clients.NeedsGoroutines(row.Target()) != "" {
			continue
		}
		t.Run(row.Name, func(t *testing.T) {
			w := watch(t, row.Name, connections, wire.Broadcast{Rate: 500, Count: messages, Size: 200})
			if w.report.Received != connections*messages || w.report.Lost+w.report.Duplicated != 0 {
				t.Fatalf("%d messages received, want %d", w.report.Received, connections*messages)
			}
			exact, all := w.kernel.Messages == connections*messages, w.kernel.Sends == connections*messages
			if off := math.Abs(float64(w.kernel.Messages) - connections*messages); !exact && (all || off > joined*connections*messages) {
				t.Errorf("%d messages sent in %d sends, want %d", w.kernel.Messages, w.kernel.Sends, connections*messages)
			}
			if w.kernel.Bytes != w.report.Bytes {
				t.Errorf("%d bytes sent, %d received", w.kernel.Bytes, w.report.Bytes)
			}
			if row.Name == "tcp" && w.kernel.Sends != connections*messages {
				t.Errorf("%d sends, want one for each of %d deliveries", w.kernel.Sends, connections*messages)
			}
			calls := uint64(0)
			for _, n := range w.kernel.Syscalls {
				calls += n
			}
			if calls < w.kernel.Sends {
				t.Errorf("%d system calls, %d of them sends", calls, w.kernel.Sends)
			}
			if !exact { // the joined sends are the late ones: the mean is not that of all messages, and a run has no stages
				return
			}
			due := time.Duration(w.published[0].Intended+w.published[1].Intended) / 2
			lateness, err := wire.MergeHistograms(w.published[0].Lateness, w.published[1].Lateness)
			if err != nil {
				t.Fatal(err)
			}
			publisher := mean(t, lateness)
			server := w.kernel.Entered - due - publisher
			kernel := mean(t, w.report.Histograms["delivery_latency"]) - (w.kernel.Entered - due)
			t.Logf("publisher %v, server %v, kernel %v, send %v", publisher, server, kernel, w.kernel.Left-w.kernel.Entered)
			if server <= 0 || kernel <= 0 || w.kernel.Left <= w.kernel.Entered {
				t.Errorf("a stage takes no time: server %v, kernel %v, send %v", server, kernel, w.kernel.Left-w.kernel.Entered)
			}
		})
	}
}

func mean(t *testing.T, encoded wire.Histogram) time.Duration {
	t.Helper()
	h, err := encoded.Decode()
	if err != nil {
		t.Fatal(err)
	}
	if h.TotalCount() == 0 {
		t.Fatal("an empty histogram")
	}
	return time.Duration(h.Mean())
}
