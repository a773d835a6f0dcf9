package trial

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"net/textproto"
	"regexp"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/wire"
)

// shownBytes is how much of what arrived a message shows.
const shownBytes = 80

// delivered says what is wrong with a phase of messages that has delivered none, or in which every connection broke: its figures
// would be of something else. It may be that all clients are such as are not waited for.
func (t *trial) delivered(b scenario.Broadcast, p wire.Published, r wire.Report) error {
	count := p.Through - p.After
	switch {
	case count == 0, t.scenario.Fleet.Slow.Share == 1, r.Connections > 0 && r.Slow+r.Silent == r.Connections:
		return nil
	case r.Received == 0 && t.open > 0:
		return fmt.Errorf("none of %d messages arrived at %d connections: %s", count, t.open, t.instead(r, p))
	case !t.eventful(b) && t.open > 0 && r.Cut >= t.open:
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

// instead says what came where messages should have, and what the likely cause is.
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
	_, fields, _ := bytes.Cut(in.Head, []byte("\r\n"))
	head, _ := textproto.NewReader(bufio.NewReader(bytes.NewReader(fields))).ReadMIMEHeader() // as far as it came
	switch {
	case (len(r.Errors) > 0 || len(r.Ends) > 0) && len(in.Payload) > 0:
		return fmt.Sprintf("%s; before, it sent %s: does it expect a message?", causes(r), shown(in.Payload))
	case len(r.Errors) > 0 || len(r.Ends) > 0:
		return causes(r)
	case len(in.Payload) > 0:
		return fmt.Sprintf("what came instead begins with %s: %s", shown(in.Payload), cmp.Or(in.Cause, t.likely(in.Payload)))
	case r.Skipped > 0:
		return t.skipped(r)
	case head.Get("Content-Encoding") == "gzip":
		return "the response is gzip, and no event has come out of it: does the server flush its compressor? gzip: false in the lane file does not offer it"
	case len(in.Body) > 0 && t.transport == "sse":
		body := unchunked(in.Body)
		return fmt.Sprintf("bytes arrived and no event, they begin with %s: %s",
			shown(body), cmp.Or(wire.DiagnoseStream(body), "does the server write each event as \"data: ...\" with an empty line behind it?"))
	case len(in.Body) > 0:
		return fmt.Sprintf("bytes arrived and no message, they begin with %s", shown(in.Body))
	case len(in.Head) > 0:
		return "nothing arrived behind the response head: does the server expect a message first, does a proxy hold events back, or is publish another channel?"
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

// skipped says what was too long to be one of the scenario's messages.
func (t *trial) skipped(r wire.Report) string {
	limit := wire.LimitFor(t.scenario.LargestSize())
	return fmt.Sprintf("%d messages of more than %d KiB came and were skipped: none of the scenario's is so long, and a larger size raises the limit", r.Skipped, limit>>10)
}

// noteSkipped warns of them.
func (t *trial) noteSkipped(r wire.Report, phase string) {
	if r.Skipped > 0 {
		t.warn("phase %s: %s", phase, t.skipped(r))
	}
}

// noteLosses warns of messages that did not arrive as they should, and of connections that ended.
func (t *trial) noteLosses(b scenario.Broadcast, p wire.Published, r wire.Report) {
	if r.Lost > 0 {
		t.warn("phase %s: messages were lost: %s", b.Name, strings.Join(t.pattern(b, p, r), "; "))
	}
	if r.Duplicated > 0 {
		t.warn("phase %s: messages arrived twice: %d of %d", b.Name, r.Duplicated, r.Received)
	}
	if r.Reordered > 0 {
		t.warn("phase %s: messages arrived behind a later one: %d of %d", b.Name, r.Reordered, r.Received)
	}
	if r.Replayed > 0 {
		t.warn("phase %s: the server replays its history: %d messages were older than the subscription they came to, and are in no figure", b.Name, r.Replayed)
	}
	if r.Unheard > 0 {
		t.warn("phase %s: %d clients were confirmed, and have received nothing since", b.Name, r.Unheard)
	}
	t.noteSkipped(r, b.Name)
	t.noteCuts(r, b.Name)
	if n := total(r.Ends); n > 0 && !b.Cut {
		t.warn("phase %s: the server ended connections cleanly: %s", b.Name, ends(r))
	}
}

// pattern says who lost how much, and when.
func (t *trial) pattern(b scenario.Broadcast, p wire.Published, r wire.Report) []string {
	all := max(t.open, r.Connections)
	losers := total(r.Losers)
	says := []string{fmt.Sprintf("%d of %d", r.Lost, r.Expected)}
	switch {
	case t.oneLate(b, p, r):
		return []string{"the last message is missing and the others are late by the time between two: each event ends when the next begins; is its empty line written with it?"}
	case losers > 0 && r.Unreached == losers:
		says = append(says, fmt.Sprintf("%d of %d connections received nothing, the others lost nothing", losers, all))
	case len(r.Losers) == 1:
		for lost := range r.Losers {
			says = append(says, fmt.Sprintf("%d of %d connections lost %d each", losers, all, lost))
		}
	case losers > 0:
		counts := slices.Sorted(maps.Keys(r.Losers))
		says = append(says, fmt.Sprintf("%d of %d connections lost %d to %d", losers, all, counts[0], counts[len(counts)-1]))
		if r.Unreached > 0 {
			says = append(says, fmt.Sprintf("%d of them received nothing", r.Unreached))
		}
	}
	switch {
	case r.Missed >= r.Lost:
		says = append(says, "all were published while the client had no connection")
	case r.Missed > 0:
		says = append(says, fmt.Sprintf("%d were published while the client had no connection", r.Missed))
	}
	return says
}

// oneLate reports whether every connection lacks the last message alone, and the others took the time between two messages.
func (t *trial) oneLate(b scenario.Broadcast, p wire.Published, r wire.Report) bool {
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
	apart := float64(h.ValueAtQuantile(50)) * b.Rate / 1e9
	return 0.8 < apart && apart < 1.2
}

func (t *trial) noteCuts(report wire.Report, phase string) {
	if report.Cut > 0 {
		t.warn("phase %s: connections were cut: %s", phase, causes(report))
	}
}

// causes says how the connections that are gone have ended, the most frequent reason first.
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

// ends says where clean ends were.
func ends(r wire.Report) string { return mostFrequent(r.Ends) }

// mostFrequent lists texts with how many connections each was said of.
func mostFrequent(counts map[string]int) string {
	texts := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(counts[b]-counts[a], strings.Compare(a, b))
	})
	const most = 3
	var says []string
	for _, text := range texts[:min(len(texts), most)] {
		says = append(says, fmt.Sprintf("%s (%s)", text, connections(counts[text])))
	}
	if len(texts) > most {
		says = append(says, fmt.Sprintf("and %d other reasons", len(texts)-most))
	}
	return strings.Join(says, ", ")
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
