package servers

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"text/template"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
)

// PostConfig is one publisher process: it has the messages of a server that is not ours published, by HTTP requests.
type PostConfig struct {
	Lane   string
	Method string
	URL    string
	Header http.Header
	Body   string // a template of text/template: {{.Payload}}, or {{json .Payload}} as a JSON string
}

// Post obeys the control API's broadcasts until ctx ends; its ready line has no URL of subscribers.
func Post(ctx context.Context, c PostConfig, ready io.Writer) error {
	p, err := newPost(c)
	if err != nil {
		return err
	}
	defer p.client.CloseIdleConnections()
	token := rand.Text()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /broadcast", broadcasts(ctx, p.run))
	api, err := serveControl(ctx, withToken(token, mux), cancel)
	if err != nil {
		return err
	}
	defer api.close()
	if err := json.NewEncoder(ready).Encode(wire.Ready{Lane: c.Lane, PID: os.Getpid(), Token: token, Control: api.url}); err != nil {
		return fmt.Errorf("ready line: %w", err)
	}
	<-ctx.Done()
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// post publishes by requests.
type post struct {
	client *http.Client
	method string
	url    string
	header http.Header
	body   *template.Template
	busy   sync.Mutex
	last   uint64 // sequence number of the newest message
	dialer net.Dialer
	spares chan net.Conn // connections that have carried nothing yet
}

// posts is the outlet of one broadcast. It makes a request for each message, on a connection that is idle or a new one: a
// request that takes its time delays no message behind it.
type posts struct {
	*post
	send    func(data []byte) error
	pending sync.WaitGroup
	mu      sync.Mutex
	failed  int
	first   error
}

const (
	dialTimeout = 10 * time.Second
	idlePosts   = 256 // connections that are kept
	shownAnswer = 200 // bytes of a refusal

	spareSeconds = 2 // of requests may be under way at once on connections that were opened ahead
	leastSpares  = 16
)

// spares is how many connections a broadcast may need at once: those of a server that is held up for spareSeconds.
func spares(b wire.Broadcast) int {
	return min(b.Count, max(leastSpares, int(spareSeconds*b.Rate)), idlePosts)
}

func newPost(c PostConfig) (*post, error) {
	body, err := wire.PublishTemplate(c.Body)
	if err != nil {
		return nil, fmt.Errorf("the body to publish: %w", err)
	}
	p := &post{
		method: c.Method, url: c.URL, header: http.Header{}, body: body,
		dialer: net.Dialer{Timeout: dialTimeout}, spares: make(chan net.Conn, idlePosts),
	}
	// No proxy: what the environment says of one is about other servers. No timeout: who asks for a broadcast has one.
	p.client = &http.Client{Transport: &http.Transport{
		DialContext: p.dial, MaxIdleConns: idlePosts, MaxIdleConnsPerHost: idlePosts, DisableCompression: true,
	}}
	maps.Copy(p.header, c.Header)
	_, err = p.request(context.Background(), nil)
	return p, err
}

// run publishes one broadcast and waits for all answers. The error says how many messages the server did not take.
func (p *post) run(ctx context.Context, b wire.Broadcast) (wire.Published, error) {
	if !p.busy.TryLock() {
		return wire.Published{}, errBusy
	}
	defer p.busy.Unlock()
	if err := p.prepare(ctx, spares(b)); err != nil {
		return wire.Published{}, err
	}
	defer p.closeSpares()
	all := &posts{post: p, send: func(data []byte) error { return p.send(ctx, data) }}
	done, err := (&publisher{outlet: all}).run(ctx, b)
	all.pending.Wait()
	done.Waits = "" // those of this process say nothing of the server
	if err == nil && all.failed > 0 {
		err = fmt.Errorf("%d of %d messages were not published, the first: %w", all.failed, b.Count, all.first)
	}
	return done, err
}

// prepare opens connections for requests that will be under way at the same time. A server accepts a new connection after
// what it has to do already: the request on it would fall behind later ones on connections it has.
func (p *post) prepare(ctx context.Context, n int) error {
	r, err := p.request(ctx, nil)
	if err != nil {
		return err
	}
	port := r.URL.Port()
	if port == "" {
		port = r.URL.Scheme // by its name
	}
	for range n {
		c, err := p.dialer.DialContext(ctx, "tcp", net.JoinHostPort(r.URL.Hostname(), port))
		if err != nil {
			p.closeSpares()
			return fmt.Errorf("publish to %s: %w", p.url, err)
		}
		p.spares <- c
	}
	return nil
}

// dial takes a spare connection while there are some.
func (p *post) dial(ctx context.Context, network, address string) (net.Conn, error) {
	select {
	case c := <-p.spares:
		return c, nil
	default:
		return p.dialer.DialContext(ctx, network, address)
	}
}

func (p *post) closeSpares() {
	for {
		select {
		case c := <-p.spares:
			_ = c.Close() // it has carried nothing
		default:
			return
		}
	}
}

func (a *posts) Last() uint64 { return a.last }

func (a *posts) Publish(data []byte) uint64 {
	a.last++
	seq := a.last
	a.pending.Go(func() {
		if err := a.send(data); err != nil {
			a.mu.Lock()
			defer a.mu.Unlock()
			if a.failed++; a.failed == 1 {
				a.first = fmt.Errorf("message %d: %w", seq, err)
			}
		}
	})
	return seq
}

func (p *post) request(ctx context.Context, data []byte) (*http.Request, error) {
	var body bytes.Buffer
	if err := p.body.Execute(&body, wire.Message{Payload: string(data)}); err != nil {
		return nil, fmt.Errorf("the body to publish: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, p.method, p.url, &body)
	if err != nil {
		return nil, err
	}
	r.Header = p.header.Clone()
	if host := r.Header.Get("Host"); host != "" {
		r.Host = host
	}
	// A server that has closed a kept connection has not taken the request: it may be sent again. The value is not sent.
	r.Header["Idempotency-Key"] = nil
	return r, nil
}

func (p *post) send(ctx context.Context, data []byte) error {
	r, err := p.request(ctx, data)
	if err != nil {
		return err
	}
	resp, err := p.client.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end below, so that the connection is kept
	text, err := io.ReadAll(resp.Body)
	if resp.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("%s %s: %s: %.*s", p.method, p.url, resp.Status, shownAnswer, strings.TrimSpace(string(text)))
	}
	return err
}
