package servers

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/quirks"
	"github.com/pushbench/pushbench/internal/wire"
)

// startPost runs a publisher process's work in this process, and returns its control API.
func startPost(t *testing.T, c wire.Publisher) (broadcast func(wire.Broadcast) (wire.Published, string)) {
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
		if err != nil || !ok || len(body.Data) != 64 || r.Method != http.MethodPut || r.Header.Get("X-Key") != "a: b" || r.Host != "hub.example" {
			t.Errorf("%s %s %v: %q, %v", r.Method, r.Host, r.Header, body.Data, err)
		}
		mu.Lock()
		seqs = append(seqs, stamp.Seq)
		mu.Unlock()
	}))
	defer s.Close()
	broadcast := startPost(t, wire.Publisher{
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

// With requests that overlap, one that is not answered delays as many behind it as may be under way, and no more.
func TestPostOverlapsWhereItMay(t *testing.T) {
	const messages, concurrency = 21, 7
	var mu sync.Mutex
	here, most := 0, 0
	full := make(chan struct{}, messages)
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		mu.Lock()
		here++
		most = max(most, here)
		if here == concurrency {
			for range concurrency {
				full <- struct{}{}
			}
		}
		mu.Unlock()
		<-full // nobody is answered before as many are here as may be
		mu.Lock()
		here--
		mu.Unlock()
	}))
	defer s.Close()
	broadcast := startPost(t, wire.Publisher{Method: http.MethodPost, URL: s.URL, Body: "{{.Payload}}", Concurrency: concurrency})
	if done, refused := broadcast(wire.Broadcast{Rate: 2000, Count: messages, Size: 32}); done.Through != messages {
		t.Errorf("published %+v: %s", done, refused)
	}
	if most != concurrency {
		t.Errorf("%d requests were under way at once, want %d", most, concurrency)
	}
}

// One request at a time: the server has the messages in their order, whatever each answer takes, and a late answer shows in
// the latency of those behind it.
func TestPostKeepsTheOrder(t *testing.T) {
	const messages = 20
	var under atomic.Int32
	var seqs []uint64
	var last wire.Stamp
	var late int64
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if under.Add(1) > 1 {
			t.Error("two requests at once")
		}
		defer under.Add(-1)
		body, _ := io.ReadAll(r.Body)
		last, _ = wire.ParseStamp(body)
		seqs = append(seqs, last.Seq)
		late = wire.Now() - last.Intended
		wire.SleepUntil(wire.Now() + 5e6)
	}))
	defer s.Close()
	broadcast := startPost(t, wire.Publisher{Method: http.MethodPost, URL: s.URL, Body: "{{.Payload}}"})
	if done, refused := broadcast(wire.Broadcast{Rate: 1000, Count: messages, Size: 32}); done.Through != messages {
		t.Errorf("published %+v: %s", done, refused)
	}
	for i, seq := range seqs {
		if seq != uint64(i+1) {
			t.Fatalf("the order is %v", seqs)
		}
	}
	// Due 1 ms apart, and answered after 5: the last one waits for 19 answers.
	if least := int64(messages-1) * 4e6; late < least {
		t.Errorf("the last message is %v late by its stamp, want %v and more", time.Duration(late), time.Duration(least))
	}
}

// quirky serves a case of a server that misbehaves, and returns its URL.
func quirky(t *testing.T, name string) string {
	t.Helper()
	return "http://" + quirks.Start(t, name)
}

// A server may close connections that rest: every message is published all the same, once, whatever the method.
func TestPostReopensConnections(t *testing.T) {
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch} {
		t.Run(method, func(t *testing.T) {
			broadcast := startPost(t, wire.Publisher{Method: method, URL: quirky(t, "idle-closed") + "/publish", Body: "{{.Payload}}"})
			// The server closes after 50 ms: some messages come just before, some just then, most behind it.
			for _, rate := range []float64{8, 20, 20.5, 19.5} {
				if _, refused := broadcast(wire.Broadcast{Rate: rate, Count: 6, Size: 32}); refused != "" {
					t.Error(refused)
				}
			}
		})
	}
}

// A connection that is reset when it is used again, without a word, was closed before: the request is made anew. One that
// ends with a request nobody has refused on a fresh connection is an error.
func TestPostTriesAgainOnAFreshConnectionOnly(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var requests atomic.Int32
	go func() {
		for n := 0; ; n++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				in := bufio.NewReader(c)
				for answered := 0; ; answered++ {
					r, err := http.ReadRequest(in)
					if err != nil {
						return
					}
					_, _ = io.Copy(io.Discard, r.Body)
					if requests.Add(1); answered > 0 || n > 3 {
						_ = c.(*net.TCPConn).SetLinger(0) // a reset
						return
					}
					_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
				}
			}()
		}
	}()
	broadcast := startPost(t, wire.Publisher{Method: http.MethodPost, URL: "http://" + l.Addr().String(), Body: "{{.Payload}}"})
	if _, refused := broadcast(wire.Broadcast{Rate: 100, Count: 4, Size: 32}); refused != "" {
		t.Error(refused)
	}
	if _, refused := broadcast(wire.Broadcast{Rate: 100, Count: 1, Size: 32}); !strings.Contains(refused, "connection reset by peer") {
		t.Errorf("a fresh connection that is reset: %q", refused)
	}
	if n := requests.Load(); n != 9 { // 1, and 3 times 2; then once on the kept connection and once on a fresh one
		t.Errorf("%d requests, want 9", n)
	}
}

// What a server answers is read as far as it matters, followed nowhere, and kept.
func TestPostAnswers(t *testing.T) {
	for _, c := range []struct{ name, answer, want, refused string }{
		{"sse", "", "200 OK", ""},
		{"publish-endless", "", "200 OK: " + strings.Repeat("x", 200) + "...", ""},
		{"publish-error", "", `200 OK: {"error":{"code":102,"message":"unknown channel"}}`, ""},
		{"publish-error", `"result"`, "", `POST URL/publish: the answer does not contain "\"result\"": 200 OK: {"error":{"code":102,"message":"unknown channel"}}`},
		{"publish-redirect", "", "", "POST URL/publish: 307, redirected to http://127.0.0.2:9/elsewhere: write that into the lane file"},
	} {
		t.Run(c.name+c.answer, func(t *testing.T) {
			base := quirky(t, c.name)
			broadcast := startPost(t, wire.Publisher{Method: http.MethodPost, URL: base + "/publish", Body: "{{.Payload}}", Answer: c.answer})
			done, refused := broadcast(wire.Broadcast{Rate: 1000, Count: 3, Size: 32})
			want := ""
			if c.refused != "" {
				want = "3 of 3 messages were not published, the first: message 1: " + strings.Replace(c.refused, "URL", base, 1)
			}
			if done.Answer != c.want || strings.TrimSpace(refused) != want {
				t.Errorf("answer %q, refused %q\nwant %q, %q", done.Answer, refused, c.want, want)
			}
		})
	}
}

// An answer that does not come ends the broadcast, and the message it was for is named.
func TestPostIsPatient(t *testing.T) {
	t.Parallel() // it waits
	over := make(chan struct{})
	var n atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if n.Add(1) == 3 {
			<-over
		}
	}))
	defer s.Close()
	defer close(over)
	broadcast := startPost(t, wire.Publisher{Method: http.MethodPost, URL: s.URL, Body: "{{.Payload}}", Patience: time.Second})
	_, refused := broadcast(wire.Broadcast{Rate: 1000, Count: 1000, Size: 32})
	if want := "the server did not answer publish of message 3 within 1s: POST " + s.URL; strings.TrimSpace(refused) != want {
		t.Errorf("got %s\nwant %s", refused, want)
	}
	if n.Load() != 3 {
		t.Errorf("%d requests, want 3", n.Load())
	}
}

// Answers that each come in time, and all together too slowly for the rate, end the broadcast with a word about that.
func TestPostFallsBehind(t *testing.T) {
	t.Parallel() // it waits
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { wire.SleepUntil(wire.Now() + 30e6) }))
	defer s.Close()
	broadcast := startPost(t, wire.Publisher{Method: http.MethodPost, URL: s.URL, Body: "{{.Payload}}", Patience: time.Second})
	_, refused := broadcast(wire.Broadcast{Rate: 1000, Count: 1000, Size: 32})
	if !regexp.MustCompile(`^the answers to publish come too slowly: message [0-9]+ was sent [0-9.]+s after it was due: `).MatchString(refused) {
		t.Errorf("got %s", refused)
	}
}

// What a publisher says has no secret in it.
func TestPostKeepsSecrets(t *testing.T) {
	const key = "S3CRET"
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		if r.URL.Query().Get("apikey") != key || user != "u" || password != key {
			t.Errorf("the server was sent %s %v", r.URL, r.Header)
		}
		http.Error(w, "no rights for "+r.Header.Get("Authorization")+" of ?apikey="+key, http.StatusForbidden)
	}))
	url := strings.Replace(s.URL, "://", "://u:"+key+"@", 1) + "/p?apikey=" + key
	broadcast := startPost(t, wire.Publisher{Method: http.MethodPost, URL: url, Body: "{{.Payload}}"})
	_, refused := broadcast(wire.Broadcast{Rate: 100, Count: 1, Size: 32})
	s.Close()
	_, gone := broadcast(wire.Broadcast{Rate: 100, Count: 1, Size: 32})
	basic := base64.StdEncoding.EncodeToString([]byte("u:" + key))
	if !strings.Contains(refused, "403 Forbidden") || !strings.Contains(gone, "connection refused") || strings.Contains(refused+gone, key) || strings.Contains(refused, basic) {
		t.Errorf("errors: %s and %s", refused, gone)
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
	broadcast := startPost(t, wire.Publisher{Method: http.MethodPost, URL: s.URL + "/p", Body: "{{.Payload}}"})
	_, refused := broadcast(wire.Broadcast{Rate: 100, Count: 3, Size: 32})
	if want := fmt.Sprintf("1 of 3 messages were not published, the first: message 2: POST %s/p: 429 Too Many Requests: too much", s.URL); strings.TrimSpace(refused) != want {
		t.Errorf("got %s\nwant %s", refused, want)
	}
	for _, c := range []wire.Publisher{
		{Method: "GET", URL: ":", Body: "{{.Payload}}"},
		{Method: "GET", URL: "http://127.0.0.1", Body: "{{.Nothing}}"},
	} {
		if err := Post(t.Context(), c, io.Discard); err == nil {
			t.Errorf("%+v is taken", c)
		}
	}
}
