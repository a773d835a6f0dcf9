package link

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"time"

	"github.com/pushbench/pushbench/internal/netns"
	"github.com/pushbench/pushbench/internal/wire"
)

// threads are those of Go at least: one forwards and is not to be disturbed, another answers.
const threads = 2

// Run forwards packets between the namespace of this process and the one it was started from until ctx ends, and prints a ready line.
func Run(ctx context.Context, l wire.Link, ready io.Writer) error {
	if err := l.Check(); err != nil {
		return err
	}
	if os.Getenv(netns.OutsideVariable) == "" {
		return errors.New("a link runs in a network namespace of its own, and $" + netns.OutsideVariable + " has the path of the other: a trial starts it so")
	}
	runtime.GOMAXPROCS(max(threads, runtime.GOMAXPROCS(0)))
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	b, line, err := newBox(l, cancel)
	if err != nil {
		return err
	}
	var listener net.Listener
	err = netns.Outside(func() (err error) {
		listener, err = net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // at once
		return err
	})
	if err != nil {
		return err
	}
	line.PID, line.Token, line.Control = os.Getpid(), rand.Text(), "http://"+listener.Addr().String()
	server := &http.Server{Handler: b.control(line.Token), ReadHeaderTimeout: time.Second}
	go func() { cancel(server.Serve(listener)) }()
	defer server.Close() //nolint:errcheck // the process ends
	if err := json.NewEncoder(ready).Encode(line); err != nil {
		return fmt.Errorf("ready line: %w", err)
	}
	<-ctx.Done()
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}
