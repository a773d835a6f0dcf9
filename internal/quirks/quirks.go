// Package quirks is a push server for tests that misbehaves in one way at a time, as real servers, proxies and libraries have
// been reported to. Everything else about it is sound, and the cases sse and websocket have nothing wrong.
//
// It stands beside the pipeline: tests run it as a process (Main) or inside their own (Serve), and hold what pushbench makes
// of it against it. GET /health answers, POST /publish hands its body to all subscribers, and a GET of any other path
// subscribes.
package quirks

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Case is one way to misbehave.
type Case struct {
	Name      string
	About     string
	Subscribe func(*Subscriber)                                            // serves one connection until it returns
	Read      func(*Subscriber)                                            // takes what the client sends until it leaves, or no more of it counts; nil: nobody looks at it
	Handed    func(s *Server, w http.ResponseWriter, payload string)       // what is published; nil: hands the payload to all, answers 200
	Request   func(s *Server, w http.ResponseWriter, r *http.Request) bool // nil, or: has answered any request itself
}

// Cases is the table.
func Cases() []Case {
	return slices.Concat(sseCases(), websocketCases(), publishCases(), subscribeCases(), liveCases(), talkCases(), chatCases())
}

// Server is one case that is being served.
type Server struct {
	Case
	stopping context.Context //nolint:containedctx // the life of the server
	began    time.Time

	mu          sync.Mutex
	subscribers map[*Subscriber]bool
	number      int      // of subscriptions so far
	log         []string // all payloads
	kept        [][]byte // what the case leak keeps
}

// Subscriber is one subscription, with its connection taken over from net/http.
type Subscriber struct {
	net.Conn
	In      *bufio.Reader
	Request *http.Request
	Number  int // from 0
	server  *Server
	inbox   chan string
	texts   chan string   // texts of a WebSocket's client, of a case that reads them
	over    chan struct{} // closed when the client has left or the server stops
}

// inboxSize is how far a subscriber may fall behind: far more than a test publishes.
const inboxSize = 5000

// Main is the command: quirks --case NAME --port PORT. It serves until SIGTERM.
func Main() {
	name := flag.String("case", "sse", "one of the table")
	host := flag.String("host", "127.0.0.1", "address to listen on")
	port := flag.String("port", "0", "port to listen on")
	share := flag.Bool("share", false, "let other processes listen there too (SO_REUSEPORT)")
	secured := flag.String("tls", "", "file with a certificate and its key: speak TLS")
	broker := flag.String("redis", "", "address of a Redis, whose channel updates is handed to all subscribers")
	written := flag.String("certificate", "", "write such a file, and do nothing else")
	flag.Parse()
	if *written != "" {
		if err := WriteCertificate(*written); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	var config net.ListenConfig
	if *share {
		config.Control = sharing
	}
	l, err := config.Listen(context.Background(), "tcp", net.JoinHostPort(*host, *port))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if *secured != "" {
		pair, err := tls.LoadX509KeyPair(*secured, *secured)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12})
	}
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	if *broker != "" {
		err = ServeChannel(ctx, l, *name, *broker)
	} else {
		err = Serve(ctx, l, *name)
	}
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// sharing lets several processes listen at one address.
func sharing(_, _ string, c syscall.RawConn) (err error) {
	return errors.Join(c.Control(func(fd uintptr) {
		err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
	}), err)
}

// Serve serves a case on a listener until ctx ends, and then closes all connections.
func Serve(ctx context.Context, l net.Listener, name string) error { return serve(ctx, l, name, nil) }

// serve has messages handed to all subscribers that come from elsewhere.
func serve(ctx context.Context, l net.Listener, name string, from <-chan string) error {
	all := Cases()
	i := slices.IndexFunc(all, func(c Case) bool { return c.Name == name })
	if i < 0 {
		return fmt.Errorf("quirks: no case %q", name)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := &Server{Case: all[i], stopping: ctx, began: time.Now(), subscribers: map[*Subscriber]bool{}}
	h := &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}
	if name == "idle-closed" {
		h.IdleTimeout = 50 * time.Millisecond
	}
	context.AfterFunc(ctx, func() { _ = h.Close() })
	go func() {
		for {
			select {
			case payload, open := <-from:
				if !open {
					return
				}
				toAll(s, nil, payload)
			case <-ctx.Done():
				return
			}
		}
	}()
	if err := h.Serve(l); err != nil && ctx.Err() == nil {
		return err
	}
	return nil
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case s.Request != nil && s.Request(s, w, r):
	case r.URL.Path == "/health":
		_, _ = io.WriteString(w, "ok")
	case r.URL.Path == "/publish":
		body, _ := io.ReadAll(r.Body)
		hand := s.Handed
		if hand == nil {
			hand = toAll
		}
		hand(s, w, string(body))
	default:
		s.subscribe(w, r)
	}
}

// toAll hands a payload to every subscriber.
func toAll(s *Server, _ http.ResponseWriter, payload string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = append(s.log, payload)
	for c := range s.subscribers {
		c.inbox <- payload
	}
}

func (s *Server) subscribe(w http.ResponseWriter, r *http.Request) {
	conn, buffered, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer conn.Close() //nolint:errcheck // over
	c := &Subscriber{Conn: conn, In: buffered.Reader, Request: r, server: s, inbox: make(chan string, inboxSize), texts: make(chan string, inboxSize), over: make(chan struct{})}
	s.mu.Lock()
	c.Number = s.number
	s.number++
	s.subscribers[c] = true
	s.mu.Unlock()
	gone, left := context.WithCancel(s.stopping)
	context.AfterFunc(gone, func() { close(c.over) })
	go func() {
		defer left()
		if s.Read != nil {
			s.Read(c)
		}
		_, _ = io.Copy(io.Discard, c.In)
	}()
	s.Subscribe(c)
	s.mu.Lock()
	delete(s.subscribers, c)
	s.mu.Unlock()
}

// next waits for a message; false: the subscription is over.
func (c *Subscriber) next() (string, bool) {
	select {
	case p := <-c.inbox:
		return p, true
	case <-c.over:
		return "", false
	}
}

// wait lets time pass; false: the subscription is over.
func (c *Subscriber) wait(d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-c.over:
		return false
	}
}

// send writes text; false: the client has left.
func (c *Subscriber) send(text string) bool {
	_, err := io.WriteString(c, text)
	return err == nil
}
