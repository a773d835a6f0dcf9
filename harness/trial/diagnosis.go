package trial

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// shownBytes is how much of what arrived a message shows.
const shownBytes = 80

// delivered is the error of a phase of messages that has delivered none, or in which every connection broke: its figures
// would be of something else. It may be that all clients are such as are not waited for.
func (t *trial) delivered(name string, p wire.Published, r wire.Report) error {
	count := p.Through - p.After
	switch {
	case count == 0, t.scenario.Fleet.Slow.Share == 1, r.Connections > 0 && r.Slow+r.Blackholed == r.Connections:
		return nil
	case r.Received == 0 && t.open > 0:
		return fmt.Errorf("none of %d messages arrived at %d connections: %s", count, t.open, t.instead(r, p))
	case !t.profiled() && !t.upset(name) && t.open > 0 && r.Cut >= t.open:
		return fmt.Errorf("every connection broke, after %d of %d messages: %s", r.Received, r.Expected, causes(r))
	default:
		return nil
	}
}

// unpublished adds to why messages were not published what may have kept a server that is not ours from taking them.
func (t *trial) unpublished(err error) error {
	if slow := t.scenario.Fleet.Slow.Share; t.external != nil && slow > 0 {
		return fmt.Errorf("%w; %.0f%% of the clients do not keep up: do the slow stop the others?", err, 100*slow)
	}
	return err
}

// instead describes the data that arrived instead of messages, and its likely cause.
func (t *trial) instead(r wire.Report, p wire.Published) string {
	text := t.came(r)
	if p.Answer != "" {
		text += fmt.Sprintf("; publish was answered %s", p.Answer)
	}
	return text
}

// came is the part of instead that the connections have seen. The cases are in the order in which they explain each other.
func (t *trial) came(r wire.Report) string {
	in := r.Instead
	switch {
	case (len(r.Errors) > 0 || len(r.Ends) > 0) && len(in.Payload) > 0:
		return fmt.Sprintf("%s; before, it sent %s: does it expect a message?", causes(r), shown(in.Payload))
	case len(r.Errors) > 0 || len(r.Ends) > 0:
		return causes(r)
	case len(in.Payload) > 0:
		return fmt.Sprintf("the data received instead begins with %s: %s", shown(in.Payload), cmp.Or(in.Cause, t.likely(in.Payload)))
	case r.Skipped > 0:
		return t.skipped(r).What()
	case len(in.Body) > 0 && t.transport == "sse":
		body := unchunked(in.Body)
		return fmt.Sprintf("bytes arrived and no event, they begin with %s: %s",
			shown(body), cmp.Or(wire.DiagnoseStream(body), "does the server write each event as \"data: ...\" with an empty line behind it?"))
	case len(in.Body) > 0:
		return fmt.Sprintf("bytes arrived and no message, they begin with %s", shown(in.Body))
	case len(in.Head) > 0:
		return "nothing arrived behind the response head: does the server expect a message first, does it compress and not flush, does a proxy hold events back, or is publish another channel?"
	default:
		return "nothing arrived"
	}
}

// likely is why a payload is none of the trial's messages.
func (t *trial) likely(payload []byte) string {
	if _, ok := wire.ParseStamp(payload); ok {
		return "it looks like a message of another trial or run: does the server keep messages?"
	}
	return "it is none of the published messages: does the lane's envelope match, and does publish send the payload unchanged?"
}

// unchunked leaves out the lines of sizes that chunked coding puts between the data.
func unchunked(body []byte) []byte {
	return regexp.MustCompile(`(?m)^[0-9a-fA-F]+\r\n`).ReplaceAll(body, nil)
}

// shown quotes the begin of what arrived; Go's quoting leaves no control character.
func shown(b []byte) string { return fmt.Sprintf("%q", b[:min(len(b), shownBytes)]) }

// skipped counts data too long for the scenario's messages.
func (t *trial) skipped(r wire.Report) results.Warning {
	limit := wire.LimitFor(t.scenario.LargestSize())
	return results.Warning{Code: results.TooLong, Args: results.Args{"messages": r.Skipped, "limit": limit.Bytes() >> 10}}
}

// noteSkipped warns of them.
func (t *trial) noteSkipped(r wire.Report, phase string) {
	if r.Skipped > 0 {
		w := t.skipped(r)
		t.warn(phase, w.Code, w.Args)
	}
}

// noteLosses warns of messages that did not arrive as they should, and of connections that ended.
func (t *trial) noteLosses(name string, b *Broadcast, p wire.Published, r wire.Report) {
	switch {
	case r.Lost == 0:
	case t.oneLate(b, p, r):
		t.warn(name, results.EndsLate, nil)
	default:
		t.warn(name, results.Lost, t.pattern(r))
	}
	t.noteRefused(name, p.Given)
	for _, n := range []struct {
		code  results.Code
		count int64
		args  results.Args
	}{
		{results.Duplicated, int64(r.Duplicated), results.Args{"messages": r.Duplicated, "received": r.Received}},
		{results.Reordered, int64(r.Reordered), results.Args{"messages": r.Reordered, "received": r.Received}},
		{results.Replayed, int64(r.Replayed), results.Args{"messages": r.Replayed}},
		{results.Unheard, int64(r.Unheard), results.Args{"clients": r.Unheard}},
	} {
		if n.count > 0 {
			t.warn(name, n.code, n.args)
		}
	}
	t.noteSkipped(r, name)
	t.noteCuts(r, name)
	if n := total(r.Ends); n > 0 && t.most(name) < upsetsAll {
		t.warn(name, results.EndedCleanly, results.Args{"how": ends(r)})
	}
}

// noteRefused warns of messages that no server had.
func (t *trial) noteRefused(name string, given []wire.Given) {
	var refused, unknown uint64
	for _, g := range given {
		refused, unknown = refused+g.Refused.Count(), unknown+g.Unknown.Count()
	}
	args := results.Args{}
	if refused > 0 {
		args["messages"] = refused
	}
	if unknown > 0 {
		args["unknown"] = unknown
	}
	if len(args) > 0 {
		t.warn(name, results.Refused, args)
	}
}

// pattern describes which connections lost how much, and when; absent counts are 0.
func (t *trial) pattern(r wire.Report) results.Args {
	losers := total(r.Losers)
	args := results.Args{"lost": r.Lost, "expected": r.Expected, "connections": max(t.open, r.Connections)}
	counts := slices.Sorted(maps.Keys(r.Losers))
	switch {
	case losers > 0 && r.Unreached == losers:
		args["silent"] = losers
	case losers > 0:
		args["losers"], args["least"] = losers, counts[0]
		if len(counts) > 1 {
			args["most"] = counts[len(counts)-1]
		}
		if len(counts) > 1 && r.Unreached > 0 {
			args["unreached"] = r.Unreached
		}
	}
	if r.Missed > 0 {
		args["away"] = r.Missed
		if r.Missed >= r.Lost {
			args["all_away"] = true
		}
	}
	return args
}

// oneLate reports whether every connection lacks the last message alone, and the others came with the one behind each: none
// before that was due, and the quickest hardly later. A busy machine delays some of them by any time.
func (t *trial) oneLate(b *Broadcast, p wire.Published, r wire.Report) bool {
	if p.Through-p.After < 3 || len(r.Losers) != 1 || r.Losers[1] < t.open || b.Rate == 0 {
		return false
	}
	for _, s := range r.Spreads {
		if s.Seq > p.After && s.Seq < p.Through && s.Count < t.open {
			return false
		}
	}
	h, err := r.Histograms["delivery_latency"].Decode()
	if err != nil {
		return false
	}
	apart := float64(h.Min()) * b.Rate / 1e9
	return 0.95 < apart && apart < 1.2
}

func (t *trial) noteCuts(report wire.Report, phase string) {
	if report.Cut > 0 {
		t.warn(phase, results.Cut, results.Args{"why": causes(report)})
	}
}

// causes lists how connections ended, the most frequent reason first.
func causes(r wire.Report) string {
	switch {
	case len(r.Errors) > 0:
		return mostFrequent(r.Errors)
	case len(r.Ends) > 0:
		return "the server ended connections cleanly: " + ends(r)
	default:
		return "the server closed them"
	}
}

// ends lists where clean ends were.
func ends(r wire.Report) string { return mostFrequent(r.Ends) }

// mostFrequent lists texts with their numbers of connections.
func mostFrequent(counts map[string]int) string {
	texts := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(counts[b]-counts[a], strings.Compare(a, b))
	})
	const most = 3
	var parts []string
	for _, text := range texts[:min(len(texts), most)] {
		parts = append(parts, fmt.Sprintf("%s (%s)", text, connections(counts[text])))
	}
	if len(texts) > most {
		parts = append(parts, fmt.Sprintf("and %d other reasons", len(texts)-most))
	}
	return strings.Join(parts, ", ")
}

func connections(n int) string {
	if n == 1 {
		return "1 connection"
	}
	return fmt.Sprintf("%d connections", n)
}

func total[K comparable](counts map[K]int) (n int) {
	for _, v := range counts {
		n += v
	}
	return n
}
