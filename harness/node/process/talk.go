package process

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// ReadyLine sends settings as the first line of stdin, unless there are none, and waits for the line of JSON by which the process
// reports that it is ready. Its later output is dropped.
func (p *Process) ReadyLine(ctx context.Context, settings json.RawMessage, ready any) error {
	err := p.Within(ctx, "ready", func() error {
		if len(settings) > 0 {
			if _, err := p.Stdin.Write(append(settings, '\n')); err != nil {
				return fmt.Errorf("its settings: %w", err)
			}
		}
		return json.NewDecoder(p.Stdout).Decode(ready)
	})
	p.Drop()
	return err
}

// Drop discards the output of the process.
func (p *Process) Drop() { go func() { _, _ = io.Copy(io.Discard, p.Stdout) }() }

// Within waits for an answer as long as ctx does, or until the process has died.
func (p *Process) Within(ctx context.Context, what string, answer func() error) error {
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
