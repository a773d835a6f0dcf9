package hub

import (
	"errors"
	"slices"
	"testing"
)

// modelled is a hub and its model: a list of all numbers.
type modelled struct {
	*Hub
	all           []uint64
	gaps, repeats int
	subscribers   []*expecting
}

// expecting is a subscriber of the hub, and the index in the list of what it gets next.
type expecting struct {
	Subscription
	partial
	lag   Lag
	after uint64
	next  int
	over  bool
}

// oldest is the index of the oldest message in the ring.
func (m *modelled) oldest() int {
	kept := len(m.ring)
	return max(0, (max(len(m.all), 1)-1)/chunkSize-kept+1) * chunkSize
}

func (m *modelled) last() uint64 {
	if len(m.all) == 0 {
		return 0
	}
	return m.all[len(m.all)-1]
}

func (m *modelled) append(t *testing.T, number uint64) {
	last := m.last()
	if taken := m.Append(number, []byte{1}, false); taken != (number > last) {
		t.Fatalf("%d behind %d: taken %v", number, last, taken)
	}
	if number <= last {
		m.repeats++
		return
	}
	if len(m.all) > 0 {
		m.gaps += int(number - last - 1)
	}
	m.all = append(m.all, number)
}

func (m *modelled) subscribe(t *testing.T, after uint64, lag Lag) {
	e := &expecting{lag: lag, after: after, partial: partial{room: 1}}
	switch {
	case after > m.last() && (after == Live || !m.config.Given):
		e.next, e.after = len(m.all), m.last()
	default:
		e.next = len(m.all)
		if i := slices.IndexFunc(m.all, func(n uint64) bool { return n > after }); i >= 0 {
			e.next = i
		}
	}
	var err error
	if e.Subscription, err = m.Subscribe(after, Policy{Lag: lag}, &e.partial); err != nil {
		t.Fatal(err)
	}
	if got := e.seqs[0]; got != e.after {
		t.Fatalf("greeted with %d, want %d", got, e.after)
	}
	e.seqs = nil
	m.subscribers = append(m.subscribers, e)
}

// advance lets a subscriber take some messages, and holds them against the list.
func (m *modelled) advance(t *testing.T, e *expecting, room int) {
	if e.over {
		return
	}
	e.room, e.seqs = room, nil
	err := e.Advance()
	if e.lag == Disconnect && e.next < m.oldest() {
		if e.over = errors.Is(err, ErrLagged); !e.over {
			t.Fatalf("the ring has lost what comes next: %v", err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	e.next = max(e.next, m.oldest())
	for ; e.next < len(m.all) && m.all[e.next] <= e.after; e.next++ {
	}
	want := m.all[e.next:min(e.next+room, len(m.all))]
	if !slices.Equal(e.seqs, want) {
		t.Fatalf("got %v, want %v", e.seqs, want)
	}
	e.next += len(want)
}

// Whatever is appended and however little subscribers take at a time, each gets exactly what a list would give it.
func FuzzNumbers(f *testing.F) {
	f.Add(true, []byte{0, 5, 1, 9, 3, 200, 2, 40, 4, 7, 5, 1, 2, 250})
	f.Add(false, []byte{2, 255, 2, 255, 3, 10, 4, 255, 2, 255, 4, 255, 4, 3})
	f.Fuzz(func(t *testing.T, given bool, steps []byte) {
		m := &modelled{Hub: New(Config{History: 100, Greet: greet, Given: given})}
		defer m.Close()
		for ; len(steps) >= 2; steps = steps[2:] {
			switch n := steps[1]; steps[0] % 6 {
			case 0:
				m.append(t, m.last()+1+uint64(n)) // behind a gap, unless n is 0
			case 1:
				m.append(t, m.last()-min(m.last(), uint64(n)))
			case 2:
				for range n {
					if seq := m.Publish([]byte{1}); seq != m.last()+1 {
						t.Fatalf("published %d behind %d", seq, m.last())
					}
					m.all = append(m.all, m.last()+1)
				}
			case 3:
				m.subscribe(t, m.last()+20-min(m.last()+20, uint64(n)), []Lag{Disconnect, Skip}[n%2])
			case 4:
				for _, e := range m.subscribers {
					m.advance(t, e, int(n))
				}
			case 5:
				m.subscribe(t, Live, Disconnect)
			}
		}
		for _, e := range m.subscribers {
			m.advance(t, e, len(m.all))
		}
		s := m.Stats()
		if s["gaps"] != float64(m.gaps) || s["repeats"] != float64(m.repeats) || s["published"] != float64(len(m.all)) || m.Last() != m.last() {
			t.Fatalf("%v; want %d gaps, %d repeats, %d messages through %d", s, m.gaps, m.repeats, len(m.all), m.last())
		}
	})
}
