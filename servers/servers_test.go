package servers

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/quic-go/quic-go/http3"

	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/servers/hub"
)

const patience = 20 * time.Second

// process is a server that runs in this one.
type process struct {
	wire.Ready
	cancel context.CancelFunc
	ended  chan error
}

func start(t *testing.T, c Config) *process {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	p := &process{cancel: cancel, ended: make(chan error, 1)}
	read, write := io.Pipe()
	c.Address, c.Drain = "127.0.0.1:0", patience
	if c.Hub.History == 0 {
		c.Hub.History = 256
	}
	if c.Policy.Lag == "" {
		c.Policy.Lag = hub.Disconnect
	}
	go func() { p.ended <- Serve(ctx, c, write) }()
	t.Cleanup(cancel)
	if err := json.NewDecoder(read).Decode(&p.Ready); err != nil {
		t.Fatal(err)
	}
	return p
}

// call makes one control request and returns status and body.
func (p *process) call(t *testing.T, method, path, token string, body any) (int, string) {
	t.Helper()
	var data bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&data).Encode(body); err != nil {
			t.Fatal(err)
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), method, p.Control+path, &data)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func TestControlRefuses(t *testing.T) {
	p := start(t, Config{Lane: "tcp"})
	good := wire.Broadcast{Rate: 1000, Count: 1, Size: 64}
	for _, c := range []struct {
		name, method, path, token string
		body                      any
		status                    int
		says                      string
	}{
		{"no token", "GET", "/stats", "", nil, 401, "Authorization: Bearer"},
		{"wrong token", "POST", "/broadcast", "guess", good, 401, "token"},
		{"wrong token in the address", "GET", "/metrics?token=guess", "", nil, 401, "token"},
		{"no rate", "POST", "/broadcast", p.Token, wire.Broadcast{Count: 1, Size: 64}, 400, "rate 0"},
		{"no messages", "POST", "/broadcast", p.Token, wire.Broadcast{Rate: 1, Size: 64}, 400, "count 0"},
		{"too small", "POST", "/broadcast", p.Token, wire.Broadcast{Rate: 1, Count: 1, Size: 15}, 400, "size 15"},
		{"not json", "POST", "/broadcast", p.Token, "fast", 400, "broadcast:"},
		{"wrong method", "GET", "/broadcast", p.Token, nil, 405, ""},
		{"unknown path", "GET", "/nothing", p.Token, nil, 404, ""},
		{"good", "POST", "/broadcast", p.Token, good, 200, `"through":1`},
		{"stats", "GET", "/stats", p.Token, nil, 200, `"hub/published":1`},
		{"gc", "POST", "/gc", p.Token, nil, 204, ""},
		{"metrics", "GET", "/metrics?token=" + p.Token, "", nil, 200, "pushbench_hub_published 1"},
		{"pprof", "GET", "/debug/pprof/goroutine?debug=1", p.Token, nil, 200, "goroutine profile"},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, text := p.call(t, c.method, c.path, c.token, c.body)
			if status != c.status || !strings.Contains(text, c.says) {
				t.Errorf("%d %s; want %d with %q", status, text, c.status, c.says)
			}
		})
	}
}

// One schedule at a time: two would share the sequence and neither would be paced.
func TestASecondBroadcastIsRefusedAndTheFirstEndsWithItsCaller(t *testing.T) {
	h := hub.New(hub.Config{History: 64, Greet: greet})
	defer h.Close()
	p := &publisher{outlet: h}
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() {
		_, err := p.run(ctx, wire.Broadcast{Rate: 1000, Count: wire.MaxCount, Size: 64})
		first <- err
	}()
	for h.Last() == 0 { // the first message is out, so the schedule runs
		wire.SleepUntil(wire.Now() + int64(time.Millisecond))
	}
	if _, err := p.run(t.Context(), wire.Broadcast{Rate: 1, Count: 1, Size: 64}); !errors.Is(err, errBusy) {
		t.Errorf("second broadcast: %v, want %v", err, errBusy)
	}
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("first broadcast: %v, want its caller's end", err)
	}
}

// The payload carries the schedule, not the moment of sending: intended times are exactly one interval apart, however
// late each message left.
func TestPublisherStampsTheSchedule(t *testing.T) {
	const rate, count = 2000.0, 50
	h := hub.New(hub.Config{History: 256, Greet: greet})
	defer h.Close()
	var intended []int64
	s := stampSink{stamps: make(chan wire.Stamp, count+1)}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() { _ = h.Deliver(ctx, hub.Live, hub.Policy{Lag: hub.Disconnect}, s) }()
	<-s.stamps // the greeting
	before := wire.Now()
	done, err := (&publisher{outlet: h}).run(t.Context(), wire.Broadcast{Rate: rate, Count: count, Size: 64})
	if err != nil {
		t.Fatal(err)
	}
	for range count {
		intended = append(intended, (<-s.stamps).Intended)
	}
	for i, at := range intended {
		if want := intended[0] + int64(float64(i)*1e9/rate); at != want {
			t.Fatalf("message %d is stamped %d, want %d: the schedule slipped", i+1, at, want)
		}
	}
	if intended[0] < before {
		t.Error("the first message was due before the broadcast was asked for")
	}
	lateness, err := done.Lateness.Decode()
	if err != nil || lateness.TotalCount() != count {
		t.Errorf("%d latenesses for %d messages (%v)", lateness.TotalCount(), count, err)
	}
}

type stampSink struct{ stamps chan wire.Stamp }

func (s stampSink) Send(batch []hub.Message) error {
	for _, m := range batch {
		stamp, _ := wire.ParseStamp(m.Data)
		s.stamps <- stamp
	}
	return nil
}
func (stampSink) Heartbeat() error { return nil }

// Any WebSocket client must do: gorilla's own, here, which answers pings and the close handshake by itself.
func TestGorillaClientReadsTheLanes(t *testing.T) {
	for _, lane := range []string{"ws-gorilla", "ws-gobwas-epoll"} {
		t.Run(lane, func(t *testing.T) { gorillaClientReads(t, lane) })
	}
}

func gorillaClientReads(t *testing.T, lane string) {
	p := start(t, Config{Lane: lane, Hub: hub.Config{Heartbeat: 20 * time.Millisecond}})
	conn, resp, err := websocket.DefaultDialer.DialContext(t.Context(), p.URL+"?after=0", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	resp.Body.Close()
	pinged := make(chan struct{}, 100)
	answer := conn.PingHandler()
	conn.SetPingHandler(func(data string) error { pinged <- struct{}{}; return answer(data) })
	payloads := make(chan []byte, 10)
	ended := make(chan error, 1)
	go func() {
		for {
			_, p, err := conn.ReadMessage()
			if err != nil {
				ended <- err
				return
			}
			payloads <- p
		}
	}()
	<-payloads // greeting
	<-pinged
	p.call(t, "POST", "/broadcast", p.Token, wire.Broadcast{Rate: 1000, Count: 3, Size: 64})
	for want := uint64(1); want <= 3; want++ {
		if stamp, ok := wire.ParseStamp(<-payloads); !ok || stamp.Seq != want {
			t.Errorf("message %d, want %d", stamp.Seq, want)
		}
	}
	p.cancel()
	if err := <-ended; !websocket.IsCloseError(err, websocket.CloseGoingAway) {
		t.Errorf("got %v, want close 1001", err)
	}
	if err := <-p.ended; err != nil {
		t.Errorf("server: %v", err)
	}
}

// Any HTTP client must do: head at once, a comment, then events with their ids.
func TestHTTPClientReadsTheStream(t *testing.T) {
	for _, l := range Lanes() {
		if l.Transport != "sse" {
			continue
		}
		t.Run(l.Name, func(t *testing.T) { readStream(t, l.Name) })
		if secure := l.Name + "+tls"; l.NoTLS == "" {
			t.Run(secure, func(t *testing.T) { readStream(t, secure) })
		}
	}
}

func readStream(t *testing.T, lane string) {
	p := start(t, Config{Lane: lane, Hub: hub.Config{Heartbeat: 20 * time.Millisecond}})
	lines := p.read(t, "text/event-stream")
	next := func(prefix string) string {
		t.Helper()
		for lines.Scan() {
			if rest, ok := strings.CutPrefix(lines.Text(), prefix); ok {
				return strings.TrimPrefix(rest, " ")
			}
		}
		t.Fatalf("stream ended before %q: %v", prefix, lines.Err())
		return ""
	}
	id := func(want string) {
		t.Helper()
		if got := next("id:"); got != want {
			t.Errorf("id %q, want %q", got, want)
		}
	}
	next(":") // the comment that takes the head through proxies
	id("0")
	next(":") // a heartbeat
	p.call(t, "POST", "/broadcast", p.Token, wire.Broadcast{Rate: 1000, Count: 2, Size: 64})
	for want := uint64(1); want <= 2; want++ {
		id(fmt.Sprint(want))
		if stamp, ok := wire.ParseStamp([]byte(next("data:"))); !ok || stamp.Seq != want {
			t.Errorf("message %d, want %d", stamp.Seq, want)
		}
	}
	p.endsCleanly(t, lines)
}

// Any reader of JSON must do: an object on each line, and nothing on a line that is a heartbeat.
func TestJSONReaderReadsTheLines(t *testing.T) {
	p := start(t, Config{Lane: "stream-ndjson", Hub: hub.Config{Heartbeat: 20 * time.Millisecond}})
	lines := p.read(t, "application/x-ndjson")
	published := false
	for want := uint64(0); want <= 2 && lines.Scan(); {
		if lines.Text() == "" {
			if !published && want == 1 {
				published = true
				p.call(t, "POST", "/broadcast", p.Token, wire.Broadcast{Rate: 1000, Count: 2, Size: 64})
			}
			continue
		}
		var m struct {
			Seq  uint64
			Data string
		}
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			t.Fatalf("%q: %v", lines.Text(), err)
		}
		if stamp, ok := wire.ParseStamp([]byte(m.Data)); !ok || m.Seq != want || stamp.Seq != want {
			t.Errorf("line %q carries message %d, want %d", lines.Text(), stamp.Seq, want)
		}
		want++
	}
	if !published {
		t.Error("no heartbeat behind the greeting")
	}
	p.endsCleanly(t, lines)
}

// read subscribes with net/http's client.
func (p *process) read(t *testing.T, mediaType string) *bufio.Scanner {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	client := p.client(t)
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close(); client.CloseIdleConnections() })
	if want := p.version(); resp.ProtoMajor != want {
		t.Errorf("%s was used", resp.Proto)
	}
	if (resp.TLS != nil) != p.TLS || p.TLS && (resp.TLS.CurveID != tls.X25519MLKEM768 || resp.TLS.Version != tls.VersionTLS13) {
		t.Errorf("TLS: %+v, which is not what the row states", resp.TLS)
	}
	if got := resp.Header.Get("Content-Type"); got != mediaType {
		t.Errorf("content type %q, want %q", got, mediaType)
	}
	return bufio.NewScanner(resp.Body)
}

// version is that of HTTP which the lane speaks.
func (p *process) version() int {
	switch {
	case p.UDP:
		return 3
	case p.Streams > 0:
		return 2
	default:
		return 1
	}
}

// client is an HTTP client that speaks what the lane does, and trusts its certificate as one that knows the issuer would.
func (p *process) client(t *testing.T) *http.Client {
	t.Helper()
	trusted := x509.NewCertPool()
	if p.TLS && !trusted.AppendCertsFromPEM([]byte(p.Certificate)) {
		t.Fatalf("no certificate in %q", p.Certificate)
	}
	if p.UDP {
		return &http.Client{Transport: &http3.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted}}}
	}
	var protocols http.Protocols
	protocols.SetHTTP1(p.Streams == 0)
	protocols.SetHTTP2(p.Streams > 0)
	protocols.SetUnencryptedHTTP2(p.Streams > 0)
	return &http.Client{Transport: &http.Transport{Protocols: &protocols, TLSClientConfig: &tls.Config{RootCAs: trusted}}}
}

// endsCleanly stops the server.
func (p *process) endsCleanly(t *testing.T, lines *bufio.Scanner) {
	t.Helper()
	p.cancel()
	for lines.Scan() {
	}
	if err := lines.Err(); err != nil {
		t.Errorf("the stream did not end cleanly: %v", err)
	}
	if err := <-p.ended; err != nil {
		t.Errorf("server: %v", err)
	}
}

func TestSubscribersThatAskForNonsense(t *testing.T) {
	for _, c := range []struct{ lane, header, query string }{
		{"sse-gin", "yesterday", ""},
		{"sse-gin-ssevent", "yesterday", ""},
		{"sse-nethttp", "yesterday", ""},
		{"sse-hijack", "yesterday", ""},
		{"stream-ndjson", "", "?after=yesterday"},
		{"ws-gorilla", "", "?after=yesterday"},
		{"ws-gobwas-epoll", "", "?after=yesterday"},
	} {
		t.Run(c.lane, func(t *testing.T) {
			p := start(t, Config{Lane: c.lane})
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, strings.Replace(p.URL, "ws://", "http://", 1)+c.query, nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Last-Event-ID", c.header)
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			text, _ := io.ReadAll(resp.Body)
			if resp.StatusCode != http.StatusBadRequest || !strings.Contains(string(text), `"yesterday" is not a sequence number`) {
				t.Errorf("%s: %s", resp.Status, text)
			}
		})
	}
}

func TestServeRefusesAPortInUse(t *testing.T) {
	t.Parallel() // it waits
	p := start(t, Config{Lane: "tcp"})
	taken := strings.TrimPrefix(p.URL, "tcp://")
	err := Serve(t.Context(), Config{Lane: "tcp", Address: taken, Hub: hub.Config{History: 1}}, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "address already in use for 2s") || !strings.Contains(err.Error(), "--listen") {
		t.Errorf("got %v, want the address in use and what to do", err)
	}
}
