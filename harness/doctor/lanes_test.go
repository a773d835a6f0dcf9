package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/quirks"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/servers"
	"github.com/pushbench/pushbench/servers/hub"
)

// serve starts a lane whose connections are silent for 50 ms at most, until the test ends.
func serve(t *testing.T, lane string) wire.Ready {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	read, write := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := servers.Serve(ctx, servers.Config{
			Lane: lane, Address: "127.0.0.1:0", Hub: hub.Config{History: 1024, Heartbeat: 50 * time.Millisecond},
			Policy: hub.Policy{Lag: hub.Disconnect}, Drain: 5 * time.Second,
		}, write)
		write.CloseWithError(err)
		ended <- err
	}()
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
	return ready
}

// publish has a lane send messages until the test ends.
func publish(t *testing.T, ready wire.Ready) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, ready.Control+"/broadcast", strings.NewReader(`{"rate":20,"count":1000,"size":100}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+ready.Token)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if response, err := http.DefaultClient.Do(request); err == nil {
			_ = response.Body.Close()
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
}

// The servers of this module are sound.
func TestLanesAreSound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lane      string
		published bool
		want      map[string]string // what some checks say
	}{
		{"sse-gin", false, map[string]string{"heartbeat": "a comment every ", "buffering": "heartbeats come one by one", "compression": "not compressed for a client that accepts gzip", "end": "kept for ", "http version": "HTTP/1.1 without TLS"}},
		{"sse-gin", true, map[string]string{"resume": "asked behind ", "buffering": "events come one by one"}},
		{"sse-gin-gzip", true, map[string]string{"compression": "gzip, flushed behind each event"}},
		{"sse-h2", false, map[string]string{"http version": "HTTP/2.0: all tabs of a browser share one connection"}},
		{"sse-epoll", true, map[string]string{"resume": "asked behind "}},
		{"ws-gorilla", false, map[string]string{"heartbeat": "a ping every ", "utf-8": "was taken", "origin": "cross-site WebSocket hijacking", "close": "answered by close 1000"}},
		{"ws-coder", true, map[string]string{"frames": " messages, ", "ping": "answered after"}},
		{"ws-gorilla+tls", false, map[string]string{"ping": "answered after"}},
		{"sse-nethttp+tls", false, map[string]string{"http version": `"http/1.1" agreed on`}},
		{"ws-gws", false, map[string]string{"fragments": "taken"}},
	} {
		t.Run(fmt.Sprintf("%s/%v", c.lane, c.published), func(t *testing.T) {
			t.Parallel()
			ready := serve(t, c.lane)
			if c.published {
				publish(t, ready)
			}
			o := Options{URL: ready.URL}
			if ready.Certificate != "" {
				o.CA = []byte(ready.Certificate)
			}
			r, err := examine(t, o)
			if err != nil {
				t.Fatal(err)
			}
			sound(t, r, c.want)
		})
	}
}

// sound fails where a report has a fault, or does not say what it should.
func sound(t *testing.T, r *Report, want map[string]string) {
	t.Helper()
	if faults := r.Faults(); len(faults) > 0 {
		t.Errorf("at fault: %q in %+v", faults, r.Findings)
	}
	for name, text := range want {
		if f, _ := worst(r.Findings, name); !strings.Contains(f.Seen, text) {
			t.Errorf("%s says %q, want %q", name, f.Seen, text)
		}
	}
}

// An address is asked as it says, and mistakes in options are found before anything is asked.
func TestMistakes(t *testing.T) {
	for want, o := range map[string]Options{
		"is no URL":                       {URL: "example.com/events"},
		"no scheme \"ftp\"":               {URL: "ftp://example.com"},
		"has a user in it":                {URL: "http://u:secret@example.com"},
		"is WebSocket":                    {URL: "ws://example.com", Transport: SSE},
		"no transport \"tcp\"":            {URL: "http://example.com", Transport: "tcp"},
		"the origin: ":                    {URL: "http://example.com", Origin: "x"},
		"the origin: it is websocket":     {URL: "http://example.com", Origin: "ws://example.com"},
		"no NAME: VALUE":                  {URL: "http://example.com", Headers: []string{"Authorization"}},
		"is no origin":                    {URL: "http://example.com", PageOrigin: "https://example.com/"},
		"kept for 100ms to 10m0s, not 1h": {URL: "http://example.com", For: time.Hour},
		"no certificate in PEM":           {URL: "http://example.com", CA: []byte("x")},
	} {
		if o.For == 0 {
			o.For = time.Second
		}
		if _, err := New(o); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%+v: %v, want %q", o, err, want)
		}
	}
}

// What is no push endpoint ends in one line.
func TestNoEndpoint(t *testing.T) {
	t.Parallel()
	ready := serve(t, "sse-gin")
	at, err := url.Parse(ready.Control)
	if err != nil {
		t.Fatal(err)
	}
	gone, _ := net.Listen("tcp", "127.0.0.1:0")
	gone.Close()
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{URL: "http://" + quirks.Start(t, "page")}, "is no push endpoint: 200 OK with a body of text/html; charset=utf-8, which begins \"<!doctype html>\", and not with a stream of events"},
		{Options{URL: "ws://" + quirks.Start(t, "page")}, "is no push endpoint: 200 with a body of text/html; charset=utf-8, where an upgrade was asked for, which begins \"<!doctype html>\""},
		{Options{URL: strings.Replace(ready.URL, "http", "ws", 1)}, "this is a stream of server-sent events: give its http:// or https:// URL"},
		{Options{URL: "http://" + gone.Addr().String()}, "connection refused: is the server started, and the port right?"},
		{Options{URL: "https://" + at.Host}, "no connection: "},
	} {
		r, err := examine(t, c.o)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, %+v; want %q", c.o.URL, err, r, c.want)
		}
	}
	var none *NotStreamError
	if _, err := examine(t, Options{URL: "http://" + quirks.Start(t, "page")}); !errors.As(err, &none) {
		t.Errorf("%T", err)
	}
}
