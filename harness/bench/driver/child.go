package driver

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/pushbench/pushbench/harness/node/process"
)

// child is a process of this binary that reads words from stdin and answers each with a line of JSON on stdout. It ends when its
// stdin closes.
type child struct {
	*process.Process
	label   string
	answers *json.Decoder
}

// startChild runs this very binary with args on the given CPUs.
func startChild(label string, cpus []int, args ...string) (*child, error) {
	p, err := process.Start(process.Options{Label: label, CPUs: cpus, Args: args})
	if err != nil {
		return nil, err
	}
	return &child{Process: p, label: label, answers: json.NewDecoder(p.Stdout)}, nil
}

// ask sends a word and waits for its answer as long as ctx does; a child that has not answered in time must be stopped.
func (c *child) ask(ctx context.Context, word string, answer any) error {
	if _, err := io.WriteString(c.Stdin, word+"\n"); err != nil {
		return fmt.Errorf("%s: %s: %w", c.label, word, err)
	}
	return c.Within(ctx, word, func() error { return c.answers.Decode(answer) })
}
