package cli

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/harness/doctor"
	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/quirks"
)

// What is drafted of a server is a lane file, which says what the server wants as far as that can be seen.
func TestDrafts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		quirk, url string
		headers    []string
		want       []string // lines of the file
		seen       string   // in its comments
	}{
		{"sse", "http://HOST", nil, []string{`transport: sse`, `url: "http://HOST" #`, `subscribe: "/events"`}, "no event and no heartbeat within"},
		{"websocket", "ws://HOST/room?a=1&b=2", nil, []string{`transport: websocket`, `url: "ws://HOST" #`, `subscribe: "/room?a=1&b=2"`}, "a server that waits to be asked"},
		{"engine-io", "http://HOST/socket", nil, []string{`transport: websocket`}, `the first "0{`},
		{"subprotocol", "ws://HOST/", nil, []string{`  subprotocols: ["graphql-transport-ws"]`}, "101 after"},
		{"bearer", "http://HOST/events", []string{"Authorization: Bearer s3cret", "X-Room: a"}, []string{`  headers: {"Authorization": "{{env \"AUTHORIZATION\"}}", "X-Room": "a"}`}, "text/event-stream"},
		{"ndjson", "http://HOST/stream", nil, []string{`transport: ndjson`}, `the first line is "{\"welcome`},
		{"sse", "http://HOST/events?x={{.Port}}&token=s3cret&n=1", []string{"X-A: a", "X-A: {{b"}, []string{
			`  url: "/events?x={{\"{{\"}}.Port}}&token={{env \"TOKEN\" | urlquery}}&n=1"`, `  headers: {"X-A": "a, {{\"{{\"}}b"}`,
		}, "no event"},
		{"json-in-json", "http://HOST/events", nil, []string{`envelope: {json: "data"}`}, `events, the first with the data`},
	} {
		t.Run(c.quirk+" "+c.url, func(t *testing.T) {
			t.Parallel()
			l, err := net.Listen("tcp", "127.0.0.1:0")
			must(t, err)
			host := l.Addr().String()
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- quirks.Serve(ctx, l, c.quirk) }()
			defer func() { stop(); must(t, <-ended) }()
			if c.quirk == "json-in-json" {
				go keepPublishing(ctx, host)
			}
			x, err := doctor.New(doctor.Options{URL: strings.Replace(c.url, "HOST", host, 1), Headers: c.headers, For: 500 * time.Millisecond})
			must(t, err)
			d, err := x.Draft(ctx)
			must(t, err)
			var b bytes.Buffer
			must(t, d.Write(&b, "Mine it.yaml"))
			if _, err := scenario.ParseLane("Mine it.yaml", b.Bytes()); err != nil {
				t.Errorf("it is no lane file: %v", err)
			}
			for _, want := range c.want {
				if !strings.Contains(b.String(), "\n"+strings.Replace(want, "HOST", host, 1)) {
					t.Errorf("no line %s", want)
				}
			}
			if !strings.Contains(b.String(), c.seen) || strings.Contains(b.String(), "s3cret") {
				t.Errorf("want %q and no secret", c.seen)
			}
			if t.Failed() {
				t.Log(b.String())
			}
		})
	}
}

// keepPublishing hands a message to all subscribers, again and again, until ctx ends.
func keepPublishing(ctx context.Context, host string) {
	for again := time.NewTicker(20 * time.Millisecond); ctx.Err() == nil; <-again.C {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+host+"/publish", strings.NewReader("hello"))
		if err != nil {
			return
		}
		if answer, err := http.DefaultClient.Do(r); err == nil {
			_ = answer.Body.Close()
		}
	}
}
