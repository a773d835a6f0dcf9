package conform

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/pushbench/pushbench/internal/wire"
)

// What is wrong with a server.
const (
	loses     = "loses every seventh message"
	repeats   = "repeats every seventh message"
	alters    = "alters bytes for every other subscriber"
	shortens  = "shortens what is long"
	cuts      = "cuts text at its first line break"
	confuses  = "sends what is no text as text"
	misgreets = "greets with nothing but zero"
	mute      = "does not greet"
	forgets   = "resumes nobody"
	tears     = "tears connections"
	blind     = "counts who has left"
	chatty    = "beats with messages"
	yielding  = "refuses nothing"
	deaf      = "confirms what it has not received"
	rude      = "refuses what it is told"
	silent    = "sends and does nothing besides serving"
)

func TestBrokenServersFailTheRightChecks(t *testing.T) {
	deliveries := []string{"delivery, 16 B", "delivery, 128 B", "delivery, 70 kB", "payloads"}
	counted := []string{"resume", "server's cut", "heartbeats"}
	patience := map[bool]time.Duration{true: 4 * time.Second, false: 15 * time.Second} // where a check waits to the end
	for defect, want := range map[string][]string{
		"":        nil,
		loses:     slices.Concat(deliveries, counted, []string{"uplinks"}),
		repeats:   slices.Concat(deliveries, counted),
		alters:    append(slices.Clone(deliveries), "resume"),
		shortens:  append(slices.Clone(deliveries[1:]), "line breaks"),
		confuses:  {"payloads"},
		cuts:      {"line breaks"},
		misgreets: {"confirmation", "resume"},
		mute:      {"subscription"},
		forgets:   {"resume", "resume by id"},
		tears:     {"clean end", "server's cut"},
		blind:     {"leaving"},
		chatty:    {"heartbeats"},
		yielding:  {"bad resume", "unknown path"},
		deaf:      {"uplinks"},
		rude:      {"uplinks"},
	} {
		t.Run(defect, func(t *testing.T) {
			defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
			all, err := Ask(t.Context(), func(_ context.Context, heartbeat time.Duration) (Server, error) {
				return newServer(defect, heartbeat), nil
			}, patience[defect == mute || defect == blind])
			if err != nil {
				t.Fatal(err)
			}
			var failed []string
			for _, r := range all {
				switch {
				case r.Verdict == Broken && r.Why != "":
					t.Log(r.Check, r.Why)
					failed = append(failed, r.Check)
				case defect == mute && r.Verdict == NotAsked:
				case r.Verdict != Holds || r.Why != "":
					t.Errorf("%+v", r)
				}
			}
			if diff := cmp.Diff(slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(failed))); diff != "" {
				t.Errorf("failed checks (-want +got):\n%s", diff)
			}
		})
	}
}

// Who can do less is asked less.
func TestWhatDoesNotApply(t *testing.T) {
	less := func(context.Context, time.Duration) (Server, error) {
		return struct{ Server }{newServer(silent, 0)}, nil
	}
	apart := []string{"server's cut", "heartbeats", "leaving", "uplinks"}
	for _, c := range Checks() {
		want := Holds
		if slices.Contains(apart, c.Name) {
			want = DoesNotApply
		}
		if r, err := c.Ask(t.Context(), less, 15*time.Second); err != nil || r.Verdict != want || (r.Why != "") != (want == DoesNotApply) {
			t.Errorf("%+v, %v, want %s", r, err, want)
		}
	}
}

// A server that cannot be had is asked for once, and no requirement is reported.
func TestNoServer(t *testing.T) {
	tries := 0
	all, err := Ask(t.Context(), func(context.Context, time.Duration) (Server, error) {
		tries++
		return nil, errors.New("no server")
	}, 15*time.Second)
	if len(all) > 0 || err == nil || err.Error() != "no server" || tries != 1 {
		t.Errorf("%+v, %v after %d tries", all, err, tries)
	}
}

// How a server ends is nothing against what it did before.
func TestAnEndInDisorder(t *testing.T) {
	for _, c := range Checks() {
		r, err := c.Ask(t.Context(), func(_ context.Context, heartbeat time.Duration) (Server, error) {
			return disorderly{newServer("", heartbeat)}, nil
		}, 15*time.Second)
		want := Holds
		if c.Name == "clean end" {
			want = Broken
		}
		if err != nil || r.Verdict != want || r.Verdict == Broken && r.Level != Should {
			t.Errorf("%+v, %v, want %s", r, err, want)
		}
	}
}

type disorderly struct{ *server }

func (d disorderly) Stop() error {
	return errors.Join(d.server.Stop(), errors.New("it was still there 5s after SIGTERM"))
}

// server is a small one of our own that serves events, with one defect or none.
type server struct {
	*httptest.Server
	defect    string
	heartbeat time.Duration

	mu       sync.Mutex
	messages [][]byte
	wake     chan struct{} // closed when there is news
	cuts     int
	ended    bool
	came     int
	here     int
	beats    int
	got      int
}

func newServer(defect string, heartbeat time.Duration) *server {
	s := &server{defect: defect, heartbeat: heartbeat, wake: make(chan struct{})}
	s.Server = httptest.NewServer(s)
	return s
}

func (s *server) Targets() ([]wire.Target, error) {
	return []wire.Target{{Transport: "sse", Address: s.Listener.Addr().String(), Path: "/events"}}, nil
}

func (s *server) Broadcast(_ context.Context, b wire.Broadcast) (wire.Published, error) {
	var done wire.Published
	s.news(func() {
		done.After = uint64(len(s.messages))
		for range b.Count {
			s.messages = append(s.messages, b.Content().Message(wire.Stamp{Seq: uint64(len(s.messages)) + 1, Intended: 0x3131313131313131}))
		}
		done.Through = uint64(len(s.messages))
	})
	return done, nil
}

func (s *server) Cut(context.Context) error { s.news(func() { s.cuts++ }); return nil }

func (s *server) Stop() error { s.news(func() { s.ended = true }); s.Close(); return nil }

func (s *server) Stats(context.Context) (wire.Stats, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return wire.Stats{"hub/subscribers": float64(s.here), "hub/heartbeats": float64(s.beats), received: float64(s.got)}, nil
}

func (s *server) news(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
	close(s.wake)
	s.wake = make(chan struct{})
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	after, err := strconv.ParseUint(r.Header.Get("Last-Event-ID"), 10, 64)
	live := r.Header.Get("Last-Event-ID") == ""
	switch {
	case r.Method == http.MethodPost:
		s.take(w, r)
		return
	case s.defect == yielding:
	case r.URL.Path != "/events":
		http.NotFound(w, r)
		return
	case err != nil && !live:
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	if s.defect != mute {
		s.stream(w, r, after, live || s.defect == forgets)
	}
}

// take accepts a message of a client; one without a body only opens the connection.
func (s *server) take(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength > 0 && s.defect == rude {
		http.Error(w, "not listening", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.ContentLength > 0 && s.defect != deaf {
		s.got++
	}
	w.WriteHeader(http.StatusNoContent)
}

// stream sends what there is and what comes, until somebody ends it.
func (s *server) stream(w http.ResponseWriter, r *http.Request, after uint64, live bool) {
	s.mu.Lock()
	if live {
		after = uint64(len(s.messages))
	}
	cuts := s.cuts
	s.came++
	number := s.came
	s.here++
	s.mu.Unlock()
	if s.defect != blind {
		defer func() { s.mu.Lock(); s.here--; s.mu.Unlock() }()
	}
	greeting := after
	if s.defect == misgreets {
		greeting = 0
	}
	send(w, after, wire.Payload(wire.Stamp{Seq: greeting}, wire.StampSize))
	var beat <-chan time.Time
	if s.heartbeat > 0 {
		t := time.NewTicker(s.heartbeat)
		defer t.Stop()
		beat = t.C
	}
	for {
		s.mu.Lock()
		wake, over := s.wake, s.ended || s.cuts != cuts
		fresh := s.messages[min(int(after), len(s.messages)):]
		s.mu.Unlock()
		for _, m := range fresh {
			after++
			s.spoiled(w, number, after, m)
		}
		if over && s.defect == tears {
			panic(http.ErrAbortHandler)
		}
		if over {
			return
		}
		select {
		case <-wake:
		case <-beat:
			s.mu.Lock()
			s.beats++
			s.mu.Unlock()
			if s.defect == chatty {
				send(w, after, []byte("still here, with more bytes than a stamp"))
			} else {
				fmt.Fprint(w, ":\n\n")
				w.(http.Flusher).Flush()
			}
		case <-r.Context().Done():
			return
		}
	}
}

// spoiled sends a message as the defect has it.
func (s *server) spoiled(w http.ResponseWriter, number int, seq uint64, m []byte) {
	seventh := seq%7 == 0
	switch {
	case s.defect == loses && seventh:
		return
	case s.defect == repeats && seventh:
		send(w, seq, m)
	case s.defect == alters && number%2 == 0:
		m = append(slices.Clone(m[:len(m)-1]), '2')
	case s.defect == shortens && len(m) > 100:
		m = m[:100]
	case s.defect == cuts && utf8.Valid(m):
		m, _, _ = bytes.Cut(m, []byte{'\n'})
	case s.defect == confuses:
		m = bytes.ToValidUTF8(m, []byte("?"))
	}
	send(w, seq, m)
}

func send(w http.ResponseWriter, seq uint64, m []byte) {
	if !utf8.Valid(m) {
		fmt.Fprint(w, "event: binary\n")
		m = []byte(base64.StdEncoding.EncodeToString(m))
	}
	fmt.Fprintf(w, "id: %d\ndata: %s\n\n", seq, strings.ReplaceAll(string(lineFeeds(m)), "\n", "\ndata: "))
	w.(http.Flusher).Flush()
}
