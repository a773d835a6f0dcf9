package doctor

import (
	"fmt"
	"slices"
	"time"
)

// What comes within together came in one piece: a reader that is woken late sees as much.
const together = 5 * time.Millisecond

// apart is how far the times of events must lie from one another to say that they were kept back, and how quiet it must be
// before a burst of events without times: what holds events back does so for longer (HAProxy 200 ms, nginx until 4 KiB are
// full), and a busy machine is late by less.
const apart = 50 * time.Millisecond

// flow is how the items of a stream came: one by one, or kept back and together.
type flow struct {
	events bool          // among them; otherwise all are heartbeats
	items  int           // behind the first arrival, which may be what a new subscriber gets at once
	kept   int           // of them, those that came with others and were made at other times
	size   int           // of a burst, median
	bursts int           // arrivals with kept items
	spread time.Duration // between the items of a burst, by their own times; 0: heartbeats alone say so
	doubt  int           // items in arrivals of three events and more that do not say when they were made
	quiet  time.Duration // median time before such an arrival
}

// flowOf groups items by arrival. Events that were made before the request were kept for those who come late, and say nothing.
func flowOf(items []item) (f flow) {
	var sizes, doubtful []int
	var quiet []time.Duration
	request := requested(items)
	for at := 0; at < len(items); {
		end := at + 1
		for end < len(items) && items[end].at-items[at].at < together {
			end++
		}
		group, first := items[at:end], at == 0
		before := group[0].at - items[max(at-1, 0)].at
		at = end
		comments, oldest, spread := look(group)
		if first || !oldest.IsZero() && oldest.Before(request) {
			continue
		}
		f.items += len(group)
		f.events = f.events || comments < len(group)
		switch {
		case comments > 1 || spread >= apart:
			f.kept += len(group)
			f.bursts++
			f.spread = max(f.spread, spread)
			sizes = append(sizes, len(group))
		case len(group)-comments >= 3 && spread == 0 && before >= apart:
			f.doubt += len(group)
			doubtful = append(doubtful, len(group))
			quiet = append(quiet, before)
		}
	}
	if f.bursts == 0 {
		sizes = doubtful
		f.bursts = len(doubtful)
	}
	f.size, f.quiet = median(sizes), median(quiet)
	return f
}

// requested is when the request was sent, by the clock of the events: the one that took the least time came at once. The zero
// time where they have none.
func requested(items []item) (t time.Time) {
	for _, one := range items {
		if at := one.own.Add(-one.at); !one.own.IsZero() && at.After(t) {
			t = at
		}
	}
	return t
}

// look counts the comments of a group, and says how far the times of its events lie apart.
func look(group []item) (comments int, oldest time.Time, spread time.Duration) {
	var newest time.Time
	for _, one := range group {
		switch {
		case one.comment:
			comments++
		case one.own.IsZero():
		case oldest.IsZero():
			oldest, newest = one.own, one.own
		case one.own.Before(oldest):
			oldest = one.own
		case one.own.After(newest):
			newest = one.own
		}
	}
	return comments, oldest, newest.Sub(oldest)
}

// buffered reports whether most items were kept back, more than once.
func (f flow) buffered() bool { return f.kept > 0 && f.bursts >= 2 && 2*f.kept >= f.items }

// doubtful reports whether most came in bursts, and nothing says whether they were published so.
func (f flow) doubtful() bool {
	return !f.buffered() && f.kept == 0 && f.bursts >= 2 && 2*f.doubt >= f.items
}

// String says how they came.
func (f flow) String() string {
	switch {
	case f.buffered() && f.spread > 0:
		return fmt.Sprintf("events come in bursts of %d, made up to %s apart", f.size, duration(f.spread))
	case f.buffered():
		return fmt.Sprintf("heartbeats come in bursts of %d, where they are made one by one", f.size)
	case f.doubtful():
		return fmt.Sprintf("events come in bursts of %d, about %s apart", f.size, duration(f.quiet))
	case !f.events && f.items > 0:
		return "heartbeats come one by one"
	default:
		return "events come one by one"
	}
}

// median is the middle value; 0 of none.
func median[T int | time.Duration](values []T) T {
	if len(values) == 0 {
		return 0
	}
	values = slices.Sorted(slices.Values(values))
	return values[len(values)/2]
}
