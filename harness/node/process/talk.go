package process

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// Child is a process of this binary that reads words from stdin and answers each with a line of JSON on stdout. It ends
// when its stdin closes.
type Child struct {
	*Process
	answers *json.Decoder
}

// StartChild runs this very binary with args on the given CPUs.
func StartChild(label string, cpus []int, args ...string) (*Child, error) {
	p, err := Start(Options{Label: label, CPUs: cpus, Args: args})
	if err != nil {
		return nil, err
	}
	return &Child{Process: p, answers: json.NewDecoder(p.Stdout)}, nil
}

// Ask sends a word and waits for its answer as long as ctx does; a child that has not answered in time must be stopped.
func (c *Child) Ask(ctx context.Context, word string, answer any) error {
	if _, err := io.WriteString(c.stdin, word+"\n"); err != nil {
		return fmt.Errorf("%s: %s: %w", c.label, word, err)
	}
	return c.within(ctx, word, func() error { return c.answers.Decode(answer) })
}

// ReadyLine sends settings as the first line of stdin, unless there are none, and waits for the line of JSON by which the process
// says that it is ready. What it prints after that is dropped.
func (p *Process) ReadyLine(ctx context.Context, settings json.RawMessage, ready any) error {
	err := p.within(ctx, "ready", func() error {
		if len(settings) > 0 {
			if _, err := p.stdin.Write(append(settings, '\n')); err != nil {
				return fmt.Errorf("its settings: %w", err)
			}
		}
		return json.NewDecoder(p.Stdout).Decode(ready)
	})
	p.Drop()
	return err
}

// Drop reads what the process prints, for nobody.
func (p *Process) Drop() { go func() { _, _ = io.Copy(io.Discard, p.Stdout) }() }

// within waits for an answer as long as ctx does, or until the process has died.
func (p *Process) within(ctx context.Context, what string, answer func() error) error {
	answered := make(chan error, 1)
	go func() { answered <- answer() }()
	var err error
	select {
	case err = <-answered:
	case <-p.exited:
		return p.Death()
	case <-ctx.Done():
		return fmt.Errorf("%s: %s: %w", p.label, what, context.Cause(ctx))
	}
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %s: %w", p.label, what, Lost(err, p))
}

// deathNotice is how much later than its sockets' end a process's may be known: the kernel closes them before its parent hears of
// the death.
const deathNotice = time.Second

// Lost is why processes did not answer: most of all, because one has died.
func Lost(err error, all ...*Process) error {
	over := time.After(deathNotice)
	again := time.NewTicker(killPause)
	defer again.Stop()
	for {
		for _, p := range all {
			select {
			case <-p.exited:
				return p.Death()
			default:
			}
		}
		select {
		case <-again.C:
		case <-over:
			return err
		}
	}
}
