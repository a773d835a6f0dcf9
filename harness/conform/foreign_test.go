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
	return []wire.Target{{Transport: "sse", Address: s.front.Listener.Addr().String(), Path: "/events", External: &wire.External{}}}, nil
}

func (s *stranger) Stop() error {
	err := s.server.Stop()
	s.front.Close()
	return err
}

// looksLikeStamps are texts of a stamp's digits that nobody published: an id, and what would be a greeting of ours.
const looksLikeStamps = "data: fedcba9876543210\n\ndata: AAAAAAAAAAAAAFAA\n\n"

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
		fmt.Fprint(w, "data:\n\ndata:[DONE]\n\nevent: binary\ndata: no base64\n\n"+looksLikeStamps)
		s.mu.Lock()
		fresh, wake, ended := s.messages[after:], s.wake, s.ended
		s.mu.Unlock()
		for _, m := range fresh {
			after++
			if s.defect != mute {
				fmt.Fprintf(w, "id: urn:%d\n", after)
			}
			fmt.Fprintf(w, "data: %s\n\n", strings.ReplaceAll(string(lineFeeds(m)), "\n", "\ndata: "))
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
	for _, name := range []string{"subscription", "delivery, 16 B", "delivery, 128 B", "delivery, 70 kB", "payloads", "line breaks", "resume by id", "clean end"} {
		if r := asked(t, name, newStranger("")); r.Verdict != Holds {
			t.Errorf("%+v", r)
		}
	}
}

// Ids may have other reasons than to resume by. Who takes them for that has to send all.
func TestResumingByIDIsNoDuty(t *testing.T) {
	for defect, want := range map[string]Result{
		forgets: {Verdict: DoesNotApply, Why: "it gives ids, and sends nothing again to who comes back with one"},
		loses:   {Verdict: Broken, Why: " came in place of message "},
		mute:    {Verdict: DoesNotApply, Why: "it gives its messages no ids"},
	} {
		if r := asked(t, "resume by id", newStranger(defect)); r.Verdict != want.Verdict || !strings.Contains(r.Why, want.Why) {
			t.Errorf("%s: %+v, want %+v", defect, r, want)
		}
	}
}

func asked(t *testing.T, check string, s *stranger) Result {
	t.Helper()
	all := Checks()
	c := all[slices.IndexFunc(all, func(c Check) bool { return c.Name == check })]
	r, err := c.Ask(t.Context(), func(context.Context, time.Duration) (Server, error) { return s, nil }, 15*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
