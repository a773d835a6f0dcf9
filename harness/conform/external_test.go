package conform

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pushbench/pushbench/internal/quirks"
	"github.com/pushbench/pushbench/internal/wire"
)

// What is said of servers that are not ours is the one thing that is wrong with them, and said once.
func TestExternalServers(t *testing.T) {
	for _, c := range []struct {
		quirk, transport string
		want             map[string]string // results of checks that do not hold
	}{
		{"sse", "sse", nil},
		{"websocket", "websocket", nil},
		{"head-with-event", "sse", nil},
		{"redirect-slash", "sse", nil},
		{"own-ids", "sse", nil}, // who resumes is the same client
		{"mute", "websocket", map[string]string{"subscription": "8 of 8 subscribers received nothing: the subscription was accepted, and not one byte came behind the head"}},
		{"close-4406", "websocket", map[string]string{"subscription": "8 of 8 subscribers received nothing: websocket: the server closed with code 4406, \"Subprotocol not acceptable\""}},
		{"never", "sse", map[string]string{"subscription": "8 of 8 subscribers received nothing: the connection was accepted, and not one byte came"}},
		{"gzip-unflushed", "sse", map[string]string{"subscription": "not one byte came behind the head: does the server wait for a message of its subscribers, or compress and not flush?"}},
		{"bare-json", "sse", map[string]string{"subscription": `bytes came and no event: they begin with "{\"text\":`}},
		{"half-reach", "sse", map[string]string{"subscription": "4 of 8 subscribers received nothing: bytes came and no event: they begin with \": not here"}},
		{"late-blank-line", "sse", map[string]string{"subscription": "each event ends when the next begins"}},
		{"publish-error", "sse", map[string]string{"subscription": `; publish was answered 200 OK: {"error":`}},
		{"json-in-json", "websocket", map[string]string{"subscription": "8 of 8 subscribers received nothing: websocket: status 200, want 101"}},
		{"json-in-json", "sse", map[string]string{"subscription": `none of the messages published: it begins with "{\"data\":`}},
		{"one-data-line", "sse", map[string]string{"line breaks": "a text is cut at its first line break"}},
		{"unauthorized", "sse", map[string]string{"subscription": `sse: status 401, want 200, WWW-Authenticate: "Bearer error=\"invalid_token\"", "no token"`}},
	} {
		t.Run(c.quirk+" "+c.transport, func(t *testing.T) {
			defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
			patience := time.Minute // for all that comes
			if c.want["subscription"] != "" {
				patience = 500 * time.Millisecond // waited for to the end
			}
			all, err := Ask(t.Context(), func(_ context.Context, heartbeat time.Duration) (Server, error) {
				if heartbeat > 0 {
					return nil, SkipReason("nobody counts its heartbeats")
				}
				return newExternal(c.quirk, c.transport)
			}, patience)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range all {
				want, broken := c.want[r.Check]
				if (r.Verdict == Broken) != broken || !strings.Contains(r.Why, want) {
					t.Errorf("%s %s: %s, want %q", r.Check, r.Verdict, r.Why, want)
				}
			}
		})
	}
}

// externalServer is a case of the misbehaving server, and what publishes to it.
type externalServer struct {
	address, transport string
	gzip               bool // is offered
	client             http.Client
	published          uint64
	stop               func()
}

func newExternal(quirk, transport string) (*externalServer, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = quirks.Serve(ctx, l, quirk)
	}()
	return &externalServer{address: l.Addr().String(), transport: transport, gzip: quirk == "gzip-unflushed", stop: func() { cancel(); <-ended }}, nil
}

func (s *externalServer) Targets() ([]wire.Target, error) {
	return []wire.Target{{Transport: s.transport, Address: s.address, Path: "/events?client=" + wire.ClientMark(""), Clients: &wire.Clients{}, Gzip: s.gzip, External: &wire.External{}}}, nil
}

func (s *externalServer) Broadcast(ctx context.Context, b wire.Broadcast) (wire.Published, error) {
	done := wire.Published{After: s.published, Through: s.published + uint64(b.Count)}
	for range b.Count {
		s.published++
		message := b.Content().Message(wire.Stamp{Seq: s.published, Intended: wire.Now()})
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.address+"/publish", strings.NewReader(string(message)))
		if err != nil {
			return done, err
		}
		resp, err := s.client.Do(r)
		if err != nil {
			return done, err
		}
		text, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		done.Answer = ""
		if len(text) > 0 {
			done.Answer = fmt.Sprintf("%s: %s", resp.Status, text)
		}
		if resp.StatusCode != http.StatusOK {
			return done, fmt.Errorf("publish: %s", resp.Status)
		}
	}
	return done, nil
}

func (s *externalServer) Stop() error {
	s.client.CloseIdleConnections()
	s.stop()
	return nil
}
