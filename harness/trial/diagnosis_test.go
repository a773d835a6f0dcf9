package trial

import (
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// diagnosed is a trial of 20 connections to an SSE server that is not ours, and a phase of 20 messages a second.
func diagnosed() (*trial, *Broadcast, wire.Published) {
	t := &trial{scenario: &scenario.Scenario{}, open: 20, transport: "sse"}
	t.scenario.Fleet.Reconnect.Policy = wire.ReconnectNone
	return t, &Broadcast{Rate: 20}, wire.Published{After: 5, Through: 25, Answer: `200: {"error":102}`}
}

// A phase that delivered nothing has failed, and the error says what came instead and why.
func TestNothingDelivered(t *testing.T) {
	none := wire.Counts{Connections: 20, Expected: 400}
	for name, c := range map[string]struct {
		report wire.Report
		want   string // empty: no error
	}{
		"all is well":   {wire.Report{Counts: wire.Counts{Connections: 20, Expected: 400, Received: 400}}, ""},
		"some is lost":  {wire.Report{Counts: wire.Counts{Connections: 20, Expected: 400, Received: 1, Lost: 399}}, ""},
		"nobody is due": {wire.Report{Counts: wire.Counts{Connections: 20}}, "none of 20 messages arrived at 20 connections: nothing arrived"},
		"nothing":       {wire.Report{Counts: none}, `nothing arrived; publish was answered 200: {"error":102}`},
		"a head alone":  {wire.Report{Counts: none, Instead: wire.Instead{Head: []byte("HTTP/1.1 200 OK\r\n\r\n")}}, "nothing arrived behind the response head"},
		"bare json": {
			wire.Report{Counts: none, Instead: wire.Instead{Body: []byte("1a\r\n{\"text\":\"A\"}\n\n\r\n")}},
			`bytes arrived and no event, they begin with "{\"text\":\"A\"}\n\n\r\n": lines of bare JSON, without data: before them`,
		},
		"no events": {
			wire.Report{Counts: none, Instead: wire.Instead{Body: []byte("hello\n")}},
			`bytes arrived and no event, they begin with "hello\n": does the server write each event as "data: ..."`,
		},
		"another envelope": {
			wire.Report{Counts: none, Instead: wire.Instead{Payload: []byte("{...}"), Cause: "the envelope does not match"}},
			`the data received instead begins with "{...}": the envelope does not match; publish`,
		},
		"another payload": {
			wire.Report{Counts: none, Instead: wire.Instead{Body: []byte("x"), Payload: []byte("\x1b[31mhello")}},
			`the data received instead begins with "\x1b[31mhello": it is none of the published messages`,
		},
		"another trial's": {
			wire.Report{Counts: none, Instead: wire.Instead{Payload: wire.Payload(wire.Stamp{Seq: 1, Intended: 1, Mark: 7}, 0)}},
			"it looks like a message of another trial",
		},
		"clean ends": {
			wire.Report{Counts: wire.Counts{Expected: 400, Closed: 20}, Ends: map[string]int{"before any message": 20}},
			"the server ended connections cleanly: before any message (20 connections)",
		},
		"every connection breaks": {
			wire.Report{Counts: wire.Counts{Expected: 400, Received: 40, Cut: 20}, Errors: map[string]int{"sse: bad": 20}},
			"every connection broke, after 40 of 400 messages: sse: bad (20 connections)",
		},
	} {
		tr, _, p := diagnosed()
		err := tr.delivered("broadcast", p, c.report)
		switch {
		case c.want == "" && err != nil, c.want != "" && err == nil:
			t.Errorf("%s: %v", name, err)
		case err != nil && (!strings.Contains(err.Error(), c.want) || strings.ContainsAny(err.Error(), "\x1b\n")):
			t.Errorf("%s: %q, want %q", name, err, c.want)
		}
	}
}

// Loss is reported by who lost how much, and when.
func TestLossPatterns(t *testing.T) {
	lacksOne := func(milliseconds ...int64) wire.Report { // each connection, and the others took so long: they were 50 ms apart
		h := wire.NewHistogram()
		for _, n := range milliseconds {
			wire.Record(h, n*int64(time.Millisecond))
		}
		latency, err := wire.EncodeHistogram(h)
		if err != nil {
			t.Fatal(err)
		}
		return wire.Report{Counts: wire.Counts{Lost: 20}, Losers: map[uint64]int{1: 20}, Histograms: map[string]wire.Histogram{"delivery_latency": latency}}
	}
	for name, c := range map[string]struct {
		report wire.Report
		want   string
	}{
		"half":       {wire.Report{Counts: wire.Counts{Lost: 200, Unreached: 10}, Losers: map[uint64]int{20: 10}}, "10 of 20 connections received nothing, the others lost nothing"},
		"some each":  {wire.Report{Counts: wire.Counts{Lost: 60}, Losers: map[uint64]int{3: 20}}, "20 of 20 connections lost 3 each"},
		"different":  {wire.Report{Counts: wire.Counts{Lost: 60, Missed: 40}, Losers: map[uint64]int{3: 10, 5: 6}}, "16 of 20 connections lost 3 to 5; 40 were published while the client had no connection"},
		"all missed": {wire.Report{Counts: wire.Counts{Lost: 60, Missed: 60}, Losers: map[uint64]int{3: 20}}, "20 of 20 connections lost 3 each; all were published while the client had no connection"},
		"one late":   {lacksOne(50, 50, 50), "each event ends when the next begins"},
		"late, busy": {lacksOne(90, 51, 150), "each event ends when the next begins"},
		"one lost":   {lacksOne(50, 1, 50), "20 of 20 connections lost 1 each"},
		"slow":       {lacksOne(90, 70, 90), "20 of 20 connections lost 1 each"},
	} {
		tr, b, p := diagnosed()
		tr.noteLosses("broadcast", b, p, c.report)
		if len(tr.warnings) != 1 || !strings.HasPrefix(tr.warnings[0].String(), "phase broadcast: messages were lost: ") || !strings.HasSuffix(tr.warnings[0].String(), c.want) && !strings.Contains(tr.warnings[0].String(), c.want+";") {
			t.Errorf("%s: %q, want %q", name, tr.warnings, c.want)
		}
	}
}

// Clients that came back for nothing, history, repeats and clean ends each have a line.
func TestWhatElseIsNoted(t *testing.T) {
	tr, b, p := diagnosed()
	tr.noteLosses("broadcast", b, p, wire.Report{
		Counts: wire.Counts{Received: 9, Duplicated: 1, Reordered: 2, Replayed: 3, Unheard: 4, Cut: 5},
		Errors: map[string]int{"reset": 5}, Ends: map[string]int{"inside an event": 6, "between messages": 7},
	})
	want := []string{
		"phase broadcast: messages arrived twice: 1 of 9",
		"phase broadcast: messages arrived behind a later one: 2 of 9",
		"phase broadcast: the server replays its history: 3 messages were older than the subscription they came to, and are in no figure",
		"phase broadcast: 4 clients were confirmed, and have received nothing since",
		"phase broadcast: connections were cut: reset (5 connections)",
		"phase broadcast: the server ended connections cleanly: between messages (7 connections), inside an event (6 connections)",
	}
	if got := strings.Join(results.Texts(tr.warnings), "\n"); got != strings.Join(want, "\n") {
		t.Error(got)
	}
}
