package sender

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
)

// piped is a program that publishes each line of its stdin, such as kcat -P or redis-cli.
type piped struct {
	stdin *os.File
	cmd   *exec.Cmd
	ended chan struct{}
	last  lastLine
}

// endsWithin is how long the program may take to end when its stdin has.
const endsWithin = 2 * time.Second

func openCommand(_ context.Context, p wire.Publisher, lost context.CancelCauseFunc) (way, error) {
	read, write, err := os.Pipe() // a file has write deadlines
	if err != nil {
		return nil, err
	}
	defer read.Close()                                                                                       //nolint:errcheck // the program's
	c := &piped{stdin: write, cmd: exec.Command(p.Command[0], p.Command[1:]...), ended: make(chan struct{})} //nolint:gosec,noctx // the lane file names it; close ends it
	c.cmd.Dir, c.cmd.Stdin, c.cmd.Stderr, c.cmd.WaitDelay = p.Folder, read, &c.last, endsWithin
	if err := c.cmd.Start(); err != nil {
		return nil, errors.Join(err, write.Close())
	}
	go func() {
		status := "exit status 0"
		if err := c.cmd.Wait(); err != nil {
			status = err.Error()
		}
		lost(errors.New(strings.TrimSuffix("it ended with "+status+": "+c.last.String(), ": ")))
		close(c.ended)
	}()
	return c, nil
}

// close ends the program by the end of its stdin, or kills it.
func (c *piped) close() {
	_ = c.stdin.Close()
	select {
	case <-c.ended:
	case <-time.After(endsWithin):
		_ = c.cmd.Process.Kill()
		<-c.ended
	}
}

// send writes a line. Nothing tells when the program has taken it.
func (c *piped) send(ctx context.Context, message string) (answered, error) {
	line := strings.TrimSuffix(message, "\n")
	if strings.Contains(line, "\n") {
		return nil, errors.New("the body to publish has several lines, and the program takes each for a message")
	}
	deadline, _ := ctx.Deadline()
	_ = c.stdin.SetWriteDeadline(deadline) // none where ctx has none
	_, err := c.stdin.WriteString(line + "\n")
	return taken, err
}

// lastLine keeps the end of what a program writes.
type lastLine struct {
	mu   sync.Mutex
	text []byte
}

func (l *lastLine) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, b...)
	l.text = l.text[max(0, len(l.text)-mostAnswer):]
	return len(b), nil
}

// String is the last line that is not empty.
func (l *lastLine) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := bytes.TrimSpace(l.text)
	return beginning(text[bytes.LastIndexByte(text, '\n')+1:])
}
