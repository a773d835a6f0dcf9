package fleet

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/clients/websocket"
	"github.com/pushbench/pushbench/internal/quirks"
	"github.com/pushbench/pushbench/internal/wire"
)

// every is the time between two messages of these tests.
const every = 10 * time.Millisecond

// quirky is a fleet on a server that misbehaves, and a publisher that keeps a schedule.
type quirky struct {
	*Fleet
	url  string
	mark wire.Mark
	last uint64
	due  int64 // when the last message was
}

func quirkyFleet(t *testing.T, o Options, name string, connections int, profile wire.Profile) *quirky {
	t.Helper()
	transport, decoder := "sse", sseDecoder
	if strings.HasPrefix(name, "close-") || name == "foreign-text" || name == "mute" {
		transport, decoder = "websocket", func() Decoder { return websocket.New() }
	}
	f := newFleetOf(t, o, Client{Decoder: decoder})
	address := quirks.Start(t, name) // it ends before the fleet, which would wait for answers to its close frames
	target := wire.Target{Transport: transport, Address: address, Path: "/events", Limit: wire.LimitFor(64), External: &wire.External{}}
	q := &quirky{Fleet: f, url: "http://" + address, mark: wire.NewMark()}
	q.Profile(t.Context(), profile)
	if err := q.Ramp(t.Context(), wire.Ramp{Targets: []wire.Target{target}, Connections: connections, Agents: 1, Mark: q.mark}); err != nil {
		t.Fatal(err)
	}
	return q
}

// publish has n messages published on a schedule.
func (q *quirky) publish(t *testing.T, n int) {
	t.Helper()
	content := wire.Content{Size: 64, Mark: q.mark}
	if err := q.Expect(t.Context(), wire.Expect{After: q.last, Rate: float64(time.Second / every), Content: content}); err != nil {
		t.Fatal(err)
	}
	start := wire.Now()
	for i := range n {
		q.last++
		q.due = start + int64(i)*int64(every)
		wire.PaceUntil(q.due)
		q.post(t, string(content.Message(wire.Stamp{Seq: q.last, Intended: q.due})))
	}
}

func (q *quirky) post(t *testing.T, body string) {
	t.Helper()
	resp, err := http.Post(q.url+"/publish", "text/plain", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
}

// collect waits until so many messages have come, and a little longer for those that do not.
func (q *quirky) collect(t *testing.T, after, received uint64) wire.Report {
	t.Helper()
	q.until(t, func(sum wire.Counts) bool { return sum.Received >= received })
	r, err := q.Collect(t.Context(), wire.Collect{After: after, Through: q.last, Last: q.due, Timeout: 300 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// soFar is what the shards have counted since the last report, which stays in the next.
func (f *Fleet) soFar() (sum wire.Counts) {
	defer f.lockShards()()
	for _, r := range f.shards {
		sum.Add(r.Counts)
	}
	return sum
}

// until waits for that to be enough.
func (f *Fleet) until(t *testing.T, enough func(wire.Counts) bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !enough(f.soFar()); <-time.After(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("after %v: %+v", patience, f.soFar())
		}
	}
}

// came reports whether a text is in what came instead of messages.
func (q *quirky) came(text string) bool {
	defer q.lockShards()()
	return slices.ContainsFunc(q.shards, func(r *recorder) bool {
		return strings.Contains(string(r.evidence.Body)+string(r.evidence.Payload), text)
	})
}

// confirmedAgain waits until every client has come back to a connection that was confirmed.
func (q *quirky) confirmedAgain(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; {
		all := true
		q.mu.Lock()
		unlock := q.lockShards()
		for c := range q.clients() {
			a := c.recorder.absences[c]
			all = all && a != nil && a.confirmed != 0
		}
		unlock()
		q.mu.Unlock()
		if all {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("clients do not come back")
		}
	}
}

// missed reports whether a client knows of messages that it missed while it was away.
func (q *quirky) missed() bool {
	defer q.lockShards()()
	return slices.ContainsFunc(q.shards, func(r *recorder) bool {
		for _, a := range r.absences {
			if a.missed > 0 {
				return true
			}
		}
		return false
	})
}

// found is the part of a report that says what went wrong.
type found struct {
	Received, Lost, Missed, Replayed, Others uint64
	Unreached, Unheard                       int
	Losers                                   map[uint64]int
	Ends, Errors                             map[string]int
}

func findings(r wire.Report) found {
	return found{
		r.Received, r.Lost, r.Missed, r.Replayed, r.Others, r.Unreached, r.Unheard, r.Losers, r.Ends, r.Errors,
	}
}

// Who lost what, how connections ended, and what came instead of messages is in the report, of every engine.
func TestReportSaysWhatWentWrong(t *testing.T) {
	none := map[string]int{}
	cases := []struct {
		name     string
		want     found
		instead  string // part of what came
		payloads bool   // it was a payload
	}{
		{"sse", found{Received: 24, Losers: map[uint64]int{}, Ends: none, Errors: none}, "", false},
		{"half-reach", found{Received: 12, Lost: 12, Unreached: 2, Losers: map[uint64]int{6: 2}, Ends: none, Errors: none}, "", false},
		{"one-lost", found{Received: 20, Lost: 4, Losers: map[uint64]int{1: 4}, Ends: none, Errors: none}, "", false},
		{"late-blank-line", found{Received: 20, Lost: 4, Losers: map[uint64]int{1: 4}, Ends: none, Errors: none}, "", false},
		{"unfinished-event", found{Received: 8, Lost: 16, Missed: 12, Losers: map[uint64]int{4: 4}, Ends: map[string]int{"inside an event": 4}, Errors: none}, "", false},
		{"cut-after-five", found{Received: 20, Lost: 4, Missed: 4, Losers: map[uint64]int{1: 4}, Ends: map[string]int{"between messages": 4}, Errors: none}, "", false},
		{"bare-json", found{Lost: 24, Unreached: 4, Losers: map[uint64]int{6: 4}, Ends: none, Errors: none}, `{"text":"`, false},
		{"early-end", found{Lost: 24, Missed: 24, Unreached: 4, Losers: map[uint64]int{6: 4}, Ends: map[string]int{"before any message": 4}, Errors: none}, "", false},
		{"close-1011", found{Received: 12, Lost: 12, Missed: 12, Losers: map[uint64]int{3: 4}, Ends: none, Errors: map[string]int{`websocket: the server closed with code 1011, "out of memory"`: 4}}, "", false},
		{"close-1012", found{Received: 12, Lost: 12, Missed: 12, Losers: map[uint64]int{3: 4}, Ends: map[string]int{`between messages, close 1012 "back soon"`: 4}, Errors: none}, "", false},
		{"close-4406", found{Lost: 24, Missed: 24, Unreached: 4, Losers: map[uint64]int{6: 4}, Ends: none, Errors: map[string]int{`websocket: the server closed with code 4406, "Subprotocol not acceptable"`: 4}}, "", false},
		{"foreign-text", found{Lost: 24, Others: 24, Unreached: 4, Losers: map[uint64]int{6: 4}, Ends: none, Errors: none}, "0197c1a0", true},
	}
	for _, c := range cases {
		for _, o := range []Options{{Engine: Goroutines, Reader: Eager}, {Engine: Epoll, Reader: Batched}} {
			t.Run(c.name+" "+string(o.Engine), func(t *testing.T) {
				q := quirkyFleet(t, o, c.name, 4, wire.Profile{})
				if c.name == "early-end" {
					eventually(t, q.Fleet, func(sum wire.Counts) bool { return sum.Closed == 4 })
					c.want.Ends = none // they were in that report
				}
				q.publish(t, 6)
				ended := 0
				for _, n := range slices.AppendSeq(slices.Collect(maps.Values(c.want.Ends)), maps.Values(c.want.Errors)) {
					ended += n
				}
				q.until(t, func(sum wire.Counts) bool {
					return sum.Others >= c.want.Others && sum.Closed+sum.Cut >= ended && q.came(c.instead)
				})
				r := q.collect(t, 0, c.want.Received)
				got := findings(r)
				if got.Missed > c.want.Missed { // fewer where the load heard of an end late
					t.Errorf("missed %d, want %d at most", got.Missed, c.want.Missed)
				}
				got.Missed = c.want.Missed
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Error(diff)
				}
				came := string(r.Instead.Body)
				if c.payloads {
					came = string(r.Instead.Payload)
				}
				if !strings.Contains(came, c.instead) {
					t.Errorf("came instead: %q, want %q", came, c.instead)
				}
			})
		}
	}
}

// What was published while clients were away is told from what they lost while they were there.
func TestMissedWhileAway(t *testing.T) {
	back := wire.Profile{Reconnect: wire.Reconnect{Policy: wire.ReconnectFixed, Delay: 3 * every}}
	everyEngine(t, func(t *testing.T, o Options) {
		q := quirkyFleet(t, o, "cut-after-five", 4, back)
		for !q.missed() || q.soFar().Returned == 0 { // a slow machine publishes nothing while they are away, or not after that
			if q.publish(t, 20); q.last > 2000 {
				t.Fatalf("of %d messages none was missed, or nobody came back", q.last)
			}
		}
		r := q.collect(t, 0, 0)
		// The message that is due when the server ends a connection may be due before the client has heard of the end.
		if r.Lost == 0 || r.Missed == 0 || r.Missed > r.Lost || r.Returned == 0 {
			t.Errorf("an innocent server lost %d, of which %d while clients were away; %d came back, %d unheard", r.Lost, r.Missed, r.Returned, r.Unheard)
		}
	})
	everyEngine(t, func(t *testing.T, o Options) {
		q := quirkyFleet(t, o, "anonymous-after-cut", 10, back)
		q.publish(t, 4)
		q.confirmedAgain(t)
		q.publish(t, 16)
		r := q.collect(t, 0, 30)
		if r.Unheard != 10 || r.Returned != 0 || r.Missed > 10 || r.Lost != 170 || r.Unreached != 0 {
			t.Errorf("%d came back, %d unheard; lost %d, of which %d while away", r.Returned, r.Unheard, r.Lost, r.Missed)
		}
		if h, err := r.Histograms[reconnectTime].Decode(); err != nil || h.TotalCount() != 0 {
			t.Errorf("%d reconnect times of clients that hear nothing (%v)", h.TotalCount(), err)
		}
	})
}

// Messages that are older than a subscription are none of its own: not due, not late, but counted.
func TestReplayedHistory(t *testing.T) {
	everyEngine(t, func(t *testing.T, o Options) {
		q := quirkyFleet(t, o, "replay-all", 1, wire.Profile{})
		q.publish(t, 5)
		if r := q.collect(t, 0, 5); r.Received != 5 || r.Replayed != 0 {
			t.Fatalf("%+v", findings(r))
		}
		q.Profile(t.Context(), wire.Profile{Churn: wire.Churn{Lifetime: time.Hour}})
		q.replace(&q.slabs[0][0])
		eventually(t, q.Fleet, func(sum wire.Counts) bool { return sum.Replayed == 5 })
		q.publish(t, 5)
		r := q.collect(t, 5, 5)
		if r.Expected != 5 || r.Received != 5 || r.Lost+r.Duplicated+r.Replayed != 0 {
			t.Errorf("expected %d: %+v", r.Expected, findings(r))
		}
	})
}

// Whoever takes the place of a client that has left, and hears nothing, has lost what was due since.
func TestSilenceOfNewClients(t *testing.T) {
	everyEngine(t, func(t *testing.T, o Options) {
		q := quirkyFleet(t, o, "half-reach", 2, wire.Profile{})
		q.publish(t, 2)
		q.collect(t, 0, 2)
		q.Profile(t.Context(), wire.Profile{Churn: wire.Churn{Lifetime: time.Hour}})
		for c := range q.clients() {
			q.replace(c)
		}
		eventually(t, q.Fleet, func(sum wire.Counts) bool { return sum.Left == 2 })
		q.confirmedAgain(t)
		q.publish(t, 6)
		r := q.collect(t, 2, 6)
		if r.Received != 6 || r.Unheard != 1 || r.Unreached != 1 || r.Lost < 5 || r.Lost > 6 { // the first may have been under way
			t.Errorf("%+v", findings(r))
		}
	})
}

// A stamp of another trial, which a server may have kept, is no message: from the first connection on.
func TestStampsOfAnotherTrial(t *testing.T) {
	everyEngine(t, func(t *testing.T, o Options) {
		q := quirkyFleet(t, o, "sse", 2, wire.Profile{})
		q.post(t, string(wire.Payload(wire.Stamp{Seq: 7, Intended: wire.Now(), Mark: q.mark ^ 1}, 64)))
		q.publish(t, 1)
		q.post(t, string(wire.Payload(wire.Stamp{Seq: 2, Intended: wire.Now(), Mark: q.mark ^ 1}, 64)))
		q.publish(t, 1)
		if r := q.collect(t, 0, 4); r.Received != 4 || r.Lost != 0 || r.Others != 4 {
			t.Errorf("%+v", findings(r))
		}
	})
}

// A peek counts clients and takes nothing from the report to come.
func TestPeek(t *testing.T) {
	everyEngine(t, func(t *testing.T, o Options) {
		q := quirkyFleet(t, o, "sse", 3, wire.Profile{})
		r, err := q.Collect(t.Context(), wire.Collect{Peek: true})
		if err != nil || r.Connections != 3 || len(r.Histograms) != 0 {
			t.Errorf("%+v, %v", r, err)
		}
		if h, err := collect(t, q.Fleet, wire.Collect{}).Histograms[handshake].Decode(); err != nil || h.TotalCount() != 3 {
			t.Errorf("%d handshakes are left, %v", h.TotalCount(), err)
		}
	})
}
