// Peers are servers over libraries that pushbench's lanes are compared with, written the way the documentation of each
// shows. They are external lanes to pushbench: it starts them, and publishes to them over HTTP.
//
// To add a peer: write its file, and add the row below.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// peer is one server over a library.
type peer struct {
	subscribe http.Handler
	publish   func(message []byte) error
	stop      func(context.Context) error // ends the connections of subscribers
}

// peers is the table of peers.
func peers() map[string]func(settings) peer {
	return map[string]func(settings) peer{
		"melody": newMelody,
		"r3labs": newR3labs,
		"go-sse": newGoSSE,
	}
}

// settings are what a trial decides.
type settings struct{ heartbeat time.Duration }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "peer:", err)
		os.Exit(1) //nolint:gocritic // stop has nothing left to do
	}
}

// run serves a peer until ctx ends: peer NAME ADDRESS PUBLISH-ADDRESS HEARTBEAT.
func run(ctx context.Context, args []string) error {
	const want = 4
	if len(args) != want {
		return errors.New("usage: peer NAME ADDRESS PUBLISH-ADDRESS HEARTBEAT")
	}
	made, ok := peers()[args[0]]
	if !ok {
		return fmt.Errorf("no peer %q", args[0])
	}
	every, err := time.ParseDuration(args[3])
	if err != nil {
		return fmt.Errorf("heartbeat: %w", err)
	}
	p := made(settings{heartbeat: every})
	failed := make(chan error, 2)
	serve := func(address string, h http.Handler) (*http.Server, error) {
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
		if err != nil {
			return nil, err
		}
		s := &http.Server{Handler: h, ReadHeaderTimeout: headTimeout}
		go func() { failed <- s.Serve(l) }()
		return s, nil
	}
	subscribers, err := serve(args[1], p.subscribe)
	if err != nil {
		return err
	}
	publisher, err := serve(args[2], publishing(p))
	if err != nil {
		return err
	}
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTimeout)
	defer cancel()
	return errors.Join(publisher.Close(), p.stop(ending), subscribers.Shutdown(ending))
}

const (
	headTimeout = 10 * time.Second
	endTimeout  = 4 * time.Second
)

// publishing takes messages as bodies of POST requests.
func publishing(p peer) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /publish", func(w http.ResponseWriter, r *http.Request) {
		message, err := io.ReadAll(r.Body)
		if err == nil {
			err = p.publish(message)
		}
		if err != nil {
			http.Error(w, strings.TrimSpace(err.Error()), http.StatusInternalServerError)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	return mux
}
