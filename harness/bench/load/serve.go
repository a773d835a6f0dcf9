package load

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"time"
)

// The commands a client process serves, one a line.
const (
	Open   = "open"   // the connections; answered when every one has its greeting
	GC     = "gc"     // collect garbage and give freed memory back
	Await  = "await"  // the messages; answered when all are there, or after patience
	Report = "report" // the count
)

// Answer is what a client process answers to each, as a line of JSON.
type Answer struct {
	Command string `json:"command"`
	Opened  int    `json:"opened,omitempty"` // of open: connections that have their greeting
	Count   *Count `json:"count,omitempty"`  // of report
	Error   string `json:"error,omitempty"`
}

// patience bounds the wait for messages; what has not come by then is lost.
const patience = 10 * time.Second

// Serve executes the commands it reads from in, for a load that opens so many connections, until in ends, which also ends a wait.
func Serve(ctx context.Context, l Load, connections int, in io.Reader, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	commands := make(chan string)
	go func() {
		defer cancel()
		lines := bufio.NewScanner(in)
		for lines.Scan() {
			select {
			case commands <- lines.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	answers := json.NewEncoder(out)
	for {
		select {
		case command := <-commands:
			if err := answers.Encode(answer(ctx, l, connections, command)); err != nil {
				return fmt.Errorf("answer %s: %w", command, err)
			}
		case <-ctx.Done():
			return nil
		}
	}
}

func answer(ctx context.Context, l Load, connections int, command string) (a Answer) {
	a.Command = command
	var err error
	switch command {
	case Open:
		if err = l.Open(ctx); err == nil {
			a.Opened = connections
		}
	case GC:
		// Twice, for what pools keep over one collection; freed pages go back to the kernel.
		runtime.GC()
		debug.FreeOSMemory()
	case Await:
		waiting, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		l.Await(waiting)
	case Report:
		var c Count
		c, err = l.Count()
		a.Count = &c
	default:
		err = fmt.Errorf("unknown command %q: say %s, %s, %s or %s", command, Open, GC, Await, Report)
	}
	if err != nil {
		a.Error = err.Error()
	}
	return a
}
