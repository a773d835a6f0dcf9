package scenario

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
)

// bounds are those of a duration, which a schema cannot compare.
type bounds struct {
	least  time.Duration
	orZero bool
}

const longest = 24 * time.Hour

func (b bounds) admit(d time.Duration) bool {
	return d == 0 && b.orZero || d >= b.least && d <= longest
}

func (b bounds) String() string {
	if b.orZero {
		return fmt.Sprintf("0, or %v to 24h", b.least)
	}
	return fmt.Sprintf("%v to 24h", b.least)
}

// meaning reports what the schema cannot say. It runs on files whose form is wrong too, so that all mistakes come at once,
// and looks only at values whose form is right.
func (r *reader) meaning(root *node, v Vocabulary) {
	r.ascending(root.child("connections"))
	r.options(root.child("lanes"), v)
	r.distinct("lanes", root.child("lanes"))
	r.distinct("metrics", root.child("metrics"))
	// Below 10ms the timers are the load, and below 100ms any pause of the machine is an error.
	r.duration("heartbeat.every", root.child("heartbeat").child("every"), bounds{least: 10 * time.Millisecond, orZero: true})
	r.duration("heartbeat.unacked", root.child("heartbeat").child("unacked"), bounds{least: 10 * time.Millisecond, orZero: true})
	r.duration("poll", root.child("poll"), bounds{least: 10 * time.Millisecond})
	r.duration("idle", root.child("idle"), bounds{})
	r.duration("patience", root.child("patience"), bounds{least: 100 * time.Millisecond})
	r.fleet(root.child("fleet"))
	named := map[string]position{}
	r.phases(root.child("broadcasts"), named)
	r.uplinks(root.child("uplinks"), named)
	r.trace(root)
	r.warmup(root)
}

func (r *reader) fleet(n *node) {
	r.duration("fleet.reconnect.delay", n.child("reconnect").child("delay"), bounds{least: time.Millisecond})
	r.duration("fleet.reconnect.most", n.child("reconnect").child("most"), bounds{least: time.Millisecond})
	r.duration("fleet.churn.lifetime", n.child("churn").child("lifetime"), bounds{least: 10 * time.Millisecond, orZero: true})
}

func (r *reader) ascending(list *node) {
	last := 0.0
	for i, n := range list.items {
		level, ok := n.value.(float64)
		if n.broken || !ok {
			continue
		}
		if level <= last {
			r.report(n.position, "connections[%d]: %s does not ascend: want more than %.0f", i, n.text, last)
		}
		last = max(last, level)
	}
}

// options reports those that a lane cannot have.
func (r *reader) options(list *node, v Vocabulary) {
	for i, n := range list.items {
		name, ok := n.value.(string)
		if n.broken || !ok {
			continue
		}
		if err := v.check(name); err != nil {
			r.report(n.position, "lanes[%d]: %v", i, err)
		}
	}
}

// distinct reports the words that stand in a list twice. Options of a lane have no order.
func (r *reader) distinct(key string, list *node) {
	first := map[string]position{}
	for i, n := range list.items {
		word, ok := n.value.(string)
		if n.broken || !ok {
			continue
		}
		if p, twice := first[inOrder(word)]; twice {
			r.report(n.position, "%s[%d]: duplicate %q: it stands in line %d already", key, i, brief(word), p.line)
			continue
		}
		first[inOrder(word)] = n.position
	}
}

// inOrder is a lane with its options in alphabetical order.
func inOrder(lane string) string {
	parts := strings.Split(lane, "+")
	slices.Sort(parts[1:])
	return strings.Join(parts, "+")
}

// duration reads a duration; false means that there is none, or none within its bounds.
func (r *reader) duration(path string, n *node, within bounds) (time.Duration, bool) {
	if n.broken {
		return 0, false
	}
	d, err := parseDuration(n.value)
	if err != nil || !within.admit(d) {
		r.report(n.position, "%s: want %v, not %s", path, within, n.describe())
		return 0, false
	}
	return d, true
}

// parseDuration reads what the schema's pattern lets through; the error is an overflow.
func parseDuration(value any) (time.Duration, error) {
	if text, ok := value.(string); ok {
		return time.ParseDuration(text)
	}
	return 0, nil // the schema lets one number through, 0
}

// phases checks broadcasts; named are the names of phases so far.
func (r *reader) phases(list *node, named map[string]position) {
	for i, n := range list.items {
		r.ownName(fmt.Sprintf("broadcasts[%d]", i), n.child("name"), named)
		stall, stalls := r.duration(fmt.Sprintf("broadcasts[%d].stall", i), n.child("stall"), bounds{})
		d, known := r.duration(fmt.Sprintf("broadcasts[%d].duration", i), n.child("duration"), bounds{})
		if left := d - (Broadcast{Duration: d}).EventAfter(); known && stalls && stall > left {
			r.report(n.child("stall").position, "broadcasts[%d].stall: want at most %v, which is left of the phase when the server is stopped, not %s",
				i, left, n.child("stall").text)
		}
		if known {
			r.sendable(fmt.Sprintf("broadcasts[%d].uplink", i), n.child("uplink").child("rate"), d)
		}
		rate, ok := n.child("rate").value.(float64)
		if !known || !ok || n.child("rate").broken {
			continue
		}
		if !publishable(rate, d) {
			r.report(n.child("rate").position, "broadcasts[%d]: want 1 to %d messages in a phase, not %s per second for %v",
				i, wire.MaxCount, n.child("rate").text, d)
		}
	}
}

// uplinks checks phases of what clients send.
func (r *reader) uplinks(list *node, named map[string]position) {
	for i, n := range list.items {
		path := fmt.Sprintf("uplinks[%d]", i)
		r.ownName(path, n.child("name"), named)
		if d, known := r.duration(path+".duration", n.child("duration"), bounds{}); known {
			r.sendable(path, n.child("rate"), d)
		}
	}
}

// ownName reports a phase that is called like one before it.
func (r *reader) ownName(path string, name *node, named map[string]position) {
	word, ok := name.value.(string)
	if !ok || name.broken {
		return
	}
	if p, twice := named[word]; twice {
		r.report(name.position, "%s.name: duplicate %q: it stands in line %d already", path, word, p.line)
		return
	}
	named[word] = name.position
}

// sendable reports a rate at which a client would send no message, or too many.
func (r *reader) sendable(path string, rate *node, d time.Duration) {
	perSecond, ok := rate.value.(float64)
	if ok && !rate.broken && perSecond > 0 && !publishable(perSecond, d) {
		r.report(rate.position, "%s: want 1 to %d messages of each client in a phase, not %s per second for %v", path, wire.MaxCount, rate.text, d)
	}
}

func publishable(rate float64, d time.Duration) bool {
	return count(rate, d) >= 1 && rate*d.Seconds() <= wire.MaxCount
}

// trace checks the phase that goes on like the first broadcast.
func (r *reader) trace(root *node) {
	n := root.child("trace")
	d, known := r.duration("trace", n, bounds{})
	if !known || d == 0 {
		return
	}
	if list := root.child("broadcasts"); len(list.items) == 0 {
		if root.field("broadcasts") == nil || !list.broken {
			r.report(n.position, "trace: there is no broadcast whose messages could be traced")
		}
		return
	}
	rate := root.at([]string{"broadcasts", "0", "rate"})
	if perSecond, ok := rate.value.(float64); ok && !rate.broken && !publishable(perSecond, d) {
		r.report(n.position, "trace: want 1 to %d messages in a phase, not %s per second for %v", wire.MaxCount, rate.text, d)
	}
}

// warmup checks that the messages before the first broadcast come to an end.
func (r *reader) warmup(root *node) {
	n, rate := root.child("warmup"), root.at([]string{"broadcasts", "0", "rate"})
	messages, ok := n.value.(float64)
	perSecond, known := rate.value.(float64)
	if !ok || n.broken || !known || rate.broken || perSecond <= 0 {
		return
	}
	if lasting(int(messages), perSecond) > longest {
		r.report(n.position, "warmup: %s messages at the first broadcast's %s per second take longer than 24h", n.text, rate.text)
	}
}

// numbers checks that a stamp can count the messages of a trial, as they are with the defaults.
func (r *reader) numbers(root *node, s *Scenario) {
	const excess = "%s: message %d of a trial, warm-up included, is more than a stamp can count: want at most %d in all phases"
	first, _ := s.Warming()
	messages := first.Count()
	for i, b := range s.Broadcasts {
		if messages += b.Count(); messages > wire.MaxSeq {
			r.report(root.child("broadcasts").items[i].position, excess, fmt.Sprintf("broadcasts[%d]", i), messages, wire.MaxSeq)
			return
		}
	}
	traced, _ := s.Traced()
	if messages += traced.Count(); messages > wire.MaxSeq {
		r.report(root.child("trace").position, excess, "trace", messages, wire.MaxSeq)
	}
}
