package servers

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pushbench/pushbench/internal/wire"
)

// startPost runs a publisher process's work in this process, and returns its control API.
func startPost(t *testing.T, c PostConfig) (broadcast func(wire.Broadcast) (wire.Published, string)) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	read, write := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- Post(ctx, c, write) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	var ready wire.Ready
	if err := json.NewDecoder(read).Decode(&ready); err != nil {
		t.Fatal(err)
	}
	return func(b wire.Broadcast) (done wire.Published, refused string) {
		body, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, ready.Control+"/broadcast?token="+ready.Token, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			text, _ := io.ReadAll(resp.Body)
			return done, string(text)
		}
		if err := json.NewDecoder(resp.Body).Decode(&done); err != nil {
			t.Fatal(err)
		}
		return done, ""
	}
}

func TestPostPublishesWhatItWasAsked(t *testing.T) {
	var mu sync.Mutex
	var seqs []uint64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct{ Data string }
		err := json.NewDecoder(r.Body).Decode(&body)
		stamp, ok := wire.ParseStamp([]byte(body.Data))
		if err != nil || !ok || len(body.Data) != 64 || r.Method != http.MethodPut || r.Header.Get("X-Key") != "a: b" || r.Host != "hub.example" || r.Header["Idempotency-Key"] != nil {
			t.Errorf("%s %s %v: %q, %v", r.Method, r.Host, r.Header, body.Data, err)
		}
		mu.Lock()
		seqs = append(seqs, stamp.Seq)
		mu.Unlock()
	}))
	defer s.Close()
	broadcast := startPost(t, PostConfig{
		Method: http.MethodPut, URL: s.URL + "/x", Header: http.Header{"X-Key": {"a: b"}, "Host": {"hub.example"}}, Body: `{"data": {{json .Payload}}}`,
	})
	for _, want := range []wire.Published{{After: 0, Through: 30}, {After: 30, Through: 60}} {
		done, refused := broadcast(wire.Broadcast{Rate: 1000, Count: 30, Size: 64})
		lateness, err := done.Lateness.Decode()
		if refused != "" || done.After != want.After || done.Through != want.Through || done.Waits != "" || err != nil || lateness.TotalCount() != 30 {
			t.Errorf("published %+v: %s, %v", done, refused, err)
		}
	}
	slices.Sort(seqs)
	for i, seq := range seqs {
		if len(seqs) != 60 || seq != uint64(i+1) {
			t.Fatalf("of 60 messages %d came: %v", len(seqs), seqs)
		}
	}
}

// A request that is not answered delays none behind it.
func TestPostWaitsForNoAnswer(t *testing.T) {
	const messages = 20
	var all sync.WaitGroup
	all.Add(messages)
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		all.Done()
		all.Wait() // nobody is answered before the last request is here
	}))
	defer s.Close()
	broadcast := startPost(t, PostConfig{Method: http.MethodPost, URL: s.URL, Body: "{{.Payload}}"})
	if done, refused := broadcast(wire.Broadcast{Rate: 2000, Count: messages, Size: 32}); done.Through != messages {
		t.Errorf("published %+v: %s", done, refused)
	}
}

// Requests that overlap find their connections open.
func TestPostOpensConnectionsAhead(t *testing.T) {
	var mu sync.Mutex
	opened, ahead := 0, 0
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if ahead == 0 {
			ahead = opened
		}
	}))
	accepted := make(chan struct{}, 100)
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			mu.Lock()
			opened++
			mu.Unlock()
			accepted <- struct{}{}
		}
	}
	s.Start()
	defer s.Close()
	broadcast := startPost(t, PostConfig{Method: http.MethodPost, URL: s.URL, Body: "{{.Payload}}"})
	if _, refused := broadcast(wire.Broadcast{Rate: 100, Count: 20, Size: 32}); refused != "" {
		t.Fatal(refused)
	}
	for range 20 {
		<-accepted
	}
	if len(accepted) > 0 || ahead == 0 {
		t.Errorf("%d connections were there before the first request, and %d too many in all", ahead, len(accepted))
	}
}

func TestPostSaysWhatWasNotTaken(t *testing.T) {
	var n int
	var mu sync.Mutex
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if n++; n == 2 {
			http.Error(w, "too much", http.StatusTooManyRequests)
		}
	}))
	defer s.Close()
	broadcast := startPost(t, PostConfig{Method: http.MethodPost, URL: s.URL + "/p", Body: "{{.Payload}}"})
	_, refused := broadcast(wire.Broadcast{Rate: 100, Count: 3, Size: 32})
	if want := fmt.Sprintf("1 of 3 messages were not published, the first: message 2: POST %s/p: 429 Too Many Requests: too much", s.URL); strings.TrimSpace(refused) != want {
		t.Errorf("got %s\nwant %s", refused, want)
	}
	for _, c := range []PostConfig{
		{Method: "GET", URL: ":", Body: "{{.Payload}}"},
		{Method: "GET", URL: "http://127.0.0.1", Body: "{{.Nothing}}"},
	} {
		if err := Post(t.Context(), c, io.Discard); err == nil {
			t.Errorf("%+v is taken", c)
		}
	}
}
