package doctor

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/quirks"
)

// hold is long enough for two dozen heartbeats of the servers here, and five bursts.
const hold = 1200 * time.Millisecond

// examine looks at an address.
func examine(t *testing.T, o Options) (*Report, error) {
	t.Helper()
	if o.For == 0 {
		o.For = hold
	}
	x, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return x.Run(t.Context())
}

// findings are the checks of a report at a level.
func (r *Report) at(level Level) (names []string) {
	for _, f := range r.Findings {
		if f.Level == level {
			names = append(names, f.Check)
		}
	}
	return names
}

// broken is a server that is wrong in one way.
type brokenServer struct {
	quirk   string
	check   string // the one that names it
	level   Level
	seen    string // what the finding says among other things
	options Options
}

func brokenServers() []brokenServer {
	page := Options{PageOrigin: "https://app.example.com"}
	return []brokenServer{
		{"unauthorized", "answer", Fault, `401 Unauthorized, "no token", WWW-Authenticate: Bearer error="invalid_token"`, Options{}},
		{"never", "answer", Fault, "connected, and no head of an answer came within", Options{}},
		{"redirect-elsewhere", "answer", Fault, "307 Temporary Redirect", Options{}},
		{"live-plain-text", "content type", Fault, "text/plain", Options{}},
		{"live-bare-json", "format", Fault, `lines are no field, such as "{\"n\":`, Options{}},
		{"live-cacheable", "cache", Fault, "public, max-age=3600", Options{}},
		{"live-gzip-unflushed", "compression", Fault, "gzip: nothing could be read of it within", Options{}},
		{"live-bursts", "buffering", Fault, "events come in bursts of 5, made up to 200ms apart", Options{}},
		{"live-bursts-untimed", "buffering", Hint, "events come in bursts of 5, about ", Options{}},
		{"live-cut", "end", Fault, "cut off in the middle of the answer", Options{}},
		{"live-retry-day", "retry", Fault, "stays away for 24h0m0s", Options{}},
		{"live-forgets", "resume", Fault, " came first, in place of ", Options{}},
		{"live", "cors", Fault, "Access-Control-Allow-Origin: none", page},
		{"live-preflight", "cors", Hint, "405 Method Not Allowed", page},
		{"live-preflight", "cors", Fault, "does not let a page send authorization", Options{PageOrigin: page.PageOrigin, Headers: []string{"Authorization: Bearer x"}}},

		{"talk-wrong-accept", "upgrade", Fault, "which is not that of the request", Options{Transport: WebSocket}},
		{"unauthorized", "upgrade", Fault, `401 Unauthorized, "no token"`, Options{Transport: WebSocket}},
		{"talk", "upgrade", Fault, `403 Forbidden, "not a page of ours"`, Options{Transport: WebSocket, PageOrigin: page.PageOrigin}},
		{"talk", "subprotocol", Fault, "offered a, b, and the server took none", Options{Transport: WebSocket, Subprotocols: []string{"a", "b"}}},
		{"talk-chat", "subprotocol", Fault, `took "chat", which was not offered`, Options{Transport: WebSocket}},
		{"talk-extension", "extensions", Fault, "x-webkit-deflate-frame", Options{Transport: WebSocket}},
		{"talk-any-origin", "origin", Hint, "cross-site WebSocket hijacking", Options{Transport: WebSocket}},
		{"talk-hijackable", "origin", Fault, "cross-site WebSocket hijacking", Options{Transport: WebSocket, Headers: []string{"Cookie: session=1"}}},
		{"talk-masks", "frames", Fault, "the server masks its frames", Options{Transport: WebSocket}},
		{"talk-mute", "ping", Fault, "not answered within", Options{Transport: WebSocket}},
		{"talk-other-pong", "ping", Fault, "a pong of another text", Options{Transport: WebSocket}},
		{"talk-cut", "end", Fault, "ended without a close frame", Options{Transport: WebSocket}},
		{"talk-no-close", "close", Fault, "without a close frame", Options{Transport: WebSocket}},
		{"talk-close-1002", "close", Fault, "close 1002", Options{Transport: WebSocket}},
		{"talk-any-text", "utf-8", Hint, "not refused by close 1007", Options{Transport: WebSocket}},
		{"talk-whole", "fragments", Fault, `close 1002 "no fragments"`, Options{Transport: WebSocket}},
	}
}

// Each way to misbehave is named by its own check, and by no other.
func TestBrokenServers(t *testing.T) {
	t.Parallel()
	for _, b := range brokenServers() {
		t.Run(b.quirk+"/"+b.check, func(t *testing.T) {
			t.Parallel()
			o := b.options
			o.URL = "http://" + quirks.Start(t, b.quirk) + "/events"
			r, err := examine(t, o)
			if err != nil {
				t.Fatal(err)
			}
			f, _ := worst(r.Findings, b.check)
			if f.Level != b.level || !strings.Contains(f.Seen, b.seen) || f.Fix == "" {
				t.Errorf("%s says %+v, want %s with %q", b.check, f, b.level, b.seen)
			}
			var want []string
			if b.level == Fault {
				want = []string{b.check}
			}
			if faults := r.Faults(); !slices.Equal(faults, want) {
				t.Errorf("at fault: %q, want %q\n%+v", faults, want, r.Findings)
			}
		})
	}
}

// A server with nothing wrong has no fault, and all its checks come to an end.
func TestSoundServers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		quirk    string
		o        Options
		open     []string // what a short look leaves open
		hints    []string
		contains string
	}{
		{"live", Options{}, []string{"heartbeat"}, []string{"http version"}, "events come one by one"},
		{"redirect-slash", Options{}, []string{"format", "buffering", "heartbeat", "resume"}, []string{"answer", "cache", "http version"}, "307 to "},
		{"talk", Options{Transport: WebSocket}, nil, nil, "a ping every 5"},
		{"talk-chat", Options{Transport: WebSocket, Subprotocols: []string{"other", "chat"}}, nil, nil, "the server took chat"},
	} {
		t.Run(c.quirk, func(t *testing.T) {
			t.Parallel()
			c.o.URL = "http://" + quirks.Start(t, c.quirk) + "/events"
			r, err := examine(t, c.o)
			if err != nil {
				t.Fatal(err)
			}
			if faults, open, hints := r.Faults(), r.at(Unknown), r.at(Hint); len(faults) > 0 || !slices.Equal(open, c.open) || !slices.Equal(hints, c.hints) {
				t.Errorf("faults %q, unknown %q, hints %q\n%+v", faults, open, hints, r.Findings)
			}
			if !slices.ContainsFunc(r.Findings, func(f Finding) bool { return strings.Contains(f.Seen, c.contains) }) {
				t.Errorf("%q is not in %+v", c.contains, r.Findings)
			}
		})
	}
}
