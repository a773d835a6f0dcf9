package conform

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
)

// stranger is a server that is not ours: it greets nobody, serves behind a redirect, and says more than what is published.
type stranger struct {
	*server
	front *httptest.Server
}

func newStranger() *stranger {
	s := &stranger{server: newServer("", 0)}
	s.front = httptest.NewServer(s)
	return s
}

func (s *stranger) Targets() ([]wire.Target, error) {
	return []wire.Target{{Transport: "sse", Address: s.front.Listener.Addr().String(), Path: "/events", Foreign: &wire.Foreign{}}}, nil
}

func (s *stranger) Stop() error {
	err := s.server.Stop()
	s.front.Close()
	return err
}

func (s *stranger) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/events" {
		http.Redirect(w, r, "/events/", http.StatusTemporaryRedirect)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	s.mu.Lock()
	after := len(s.messages)
	s.mu.Unlock()
	for {
		fmt.Fprint(w, "data:\n\ndata:[DONE]\n\nevent: binary\ndata: no base64\n\n")
		s.mu.Lock()
		fresh, wake, ended := s.messages[after:], s.wake, s.ended
		s.mu.Unlock()
		for _, m := range fresh {
			send(w, uint64(after), m) //nolint:gosec // a small count
			after++
		}
		w.(http.Flusher).Flush()
		if ended {
			return
		}
		select {
		case <-wake:
		case <-r.Context().Done():
			return
		}
	}
}

// What is none of our messages takes the place of none, and a redirect is followed: as the load does it.
func TestAStrangerHoldsWhatItCanBeAsked(t *testing.T) {
	applies := []string{"delivery, 16 B", "delivery, 128 B", "delivery, 70 kB", "payloads", "clean end"}
	for _, c := range Clauses() {
		if !slices.Contains(applies, c.Name) {
			continue
		}
		j := c.Judge(t.Context(), func(context.Context, time.Duration) (Server, error) { return newStranger(), nil }, 15*time.Second)
		if j.Verdict != Holds {
			t.Errorf("%+v", j)
		}
	}
}
