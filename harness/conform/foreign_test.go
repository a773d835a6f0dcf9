package conform

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
)

// stranger is a server that is not ours: it greets nobody, serves behind a redirect, and says more than what is published.
type stranger struct {
	*server
	front *httptest.Server
}

func newStranger(defect string) *stranger {
	s := &stranger{server: newServer(defect, 0)}
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
	if id, resumes := strings.CutPrefix(r.Header.Get("Last-Event-ID"), "urn:"); resumes && s.defect != forgets {
		after, _ = strconv.Atoi(id)
		if s.defect == loses {
			after++
		}
	}
	for {
		fmt.Fprint(w, "data:\n\ndata:[DONE]\n\nevent: binary\ndata: no base64\n\n")
		s.mu.Lock()
		fresh, wake, ended := s.messages[after:], s.wake, s.ended
		s.mu.Unlock()
		for _, m := range fresh {
			after++
			if s.defect != mute {
				fmt.Fprintf(w, "id: urn:%d\n", after)
			}
			fmt.Fprintf(w, "data: %s\n\n", strings.ReplaceAll(string(m), "\n", "\ndata: "))
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
	applies := []string{"delivery, 16 B", "delivery, 128 B", "delivery, 70 kB", "payloads", "resume by id", "clean end"}
	for _, c := range Clauses() {
		if !slices.Contains(applies, c.Name) {
			continue
		}
		if j := judged(t, c.Name, newStranger("")); j.Verdict != Holds {
			t.Errorf("%+v", j)
		}
	}
}

// Ids may have other reasons than to resume by. Who takes them for that has to send all.
func TestResumingByIDIsNoDuty(t *testing.T) {
	for defect, want := range map[string]Judgement{
		forgets: {Verdict: DoesNotApply, Why: "it gives ids, and sends nothing again to who comes back with one"},
		loses:   {Verdict: Broken, Why: "message 4 came in place of message 3"},
		mute:    {Verdict: DoesNotApply, Why: "it gives its messages no ids"},
	} {
		if j := judged(t, "resume by id", newStranger(defect)); j.Verdict != want.Verdict || !strings.HasSuffix(j.Why, want.Why) {
			t.Errorf("%s: %+v, want %+v", defect, j, want)
		}
	}
}

func judged(t *testing.T, clause string, s *stranger) Judgement {
	t.Helper()
	all := Clauses()
	c := all[slices.IndexFunc(all, func(c Clause) bool { return c.Name == clause })]
	return c.Judge(t.Context(), func(context.Context, time.Duration) (Server, error) { return s, nil }, 15*time.Second)
}
