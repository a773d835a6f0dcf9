package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"

	"github.com/pushbench/pushbench/harness/trial"
	"github.com/pushbench/pushbench/internal/plain"
	"github.com/pushbench/pushbench/internal/secret"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// announce prints the plan, and warnings of it.
func (o runOptions) announce(s Streams, r *trial.Run) {
	if err := linkLatest(o.out, r.Folder.Dir()); err != nil {
		fmt.Fprintf(s.Err, "warning: no link to the newest run: %v\n", err)
	}
	for _, w := range slices.Concat(exposed(r.Scenario), results.Texts(r.Record.Warnings)) {
		fmt.Fprintf(s.Err, "warning: %s\n", plain.Line(w))
	}
	if missing := r.Missing(); missing > 0 {
		fmt.Fprintf(s.Err, "scenario %s: %s\n", r.Scenario.Name, schedule(missing, r.Scenario.Duration()))
	}
	if o.resume == "" {
		return
	}
	for _, name := range r.Scenario.Lanes { // whoever wrote the record decides what runs here
		if e := r.Scenario.Externals[name]; e != nil && e.Name == name && e.Started() {
			fmt.Fprintf(s.Err, "lane %s: starts %q, from the record in %s\n", name, strings.Join(secret.Args(e.Command), " "), r.Folder.Dir())
		}
	}
}

// goOn adds to the error that ended a run how to resume it.
func goOn(err error, dir string) error {
	resume := "pushbench compare --resume " + dir
	switch {
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("interrupted: the measured trials are in %s; resume with: %s", dir, resume)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return fmt.Errorf("%w: the measured trials are kept; make room and resume with: %s", err, resume)
	case errors.Is(err, wire.ErrBusLost):
		return fmt.Errorf("%w: the measured trials are kept; resume with: %s", err, resume)
	default:
		return err
	}
}
