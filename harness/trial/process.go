package trial

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/pushbench/pushbench/harness/node/machine"
	"github.com/pushbench/pushbench/harness/node/probe"
	"github.com/pushbench/pushbench/harness/tree"
	"github.com/pushbench/pushbench/internal/wire"
)

// process is a child of the conductor: bound to its CPUs, with the last of its stderr kept, and never outliving the
// conductor, because it ends when its stdin closes.
type process struct {
	name   string
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stderr *tree.Tail
	exited chan struct{}  // closed when it has ended
	err    error          // how; valid after exited
	asked  atomic.Bool    // it was told to end
	kills  probe.OOMKills // before it began
}

// startProcess runs this very binary with args. Its environment gets extra; its stdout goes to out.
func startProcess(name string, cpus []int, out io.Writer, extra []string, args ...string) (*process, error) {
	cmd, err := machine.Self(args...)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	p := &process{name: name, cmd: cmd, stderr: &tree.Tail{}, exited: make(chan struct{}), kills: probe.ReadOOMKills("/proc")}
	p.cmd.Stdout, p.cmd.Stderr = out, p.stderr
	p.cmd.Env = append(withoutBus(os.Environ()), extra...)
	// A group of its own: the terminal's Ctrl-C is for the conductor, which ends its children in order.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	if err := machine.OnCPUs(cpus, p.cmd.Start); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.exited)
	}()
	return p, nil
}

// withoutBus is an environment without the way to the bus: what is measured has no business there.
func withoutBus(environment []string) []string {
	return slices.DeleteFunc(environment, func(variable string) bool {
		return strings.HasPrefix(variable, wire.BusVariable+"=") || strings.HasPrefix(variable, wire.TokenVariable+"=")
	})
}

// startTalking is startProcess with the other end of its stdout, which ends when the process does.
func startTalking(name string, cpus []int, args ...string) (*process, io.Reader, error) {
	read, write := io.Pipe()
	p, err := startProcess(name, cpus, write, nil, args...)
	if err != nil {
		return nil, nil, err
	}
	go func() { <-p.exited; _ = write.Close() }()
	return p, read, nil
}

// DeathError says that a process ended when it should not have.
type DeathError struct {
	Process string
	Status  string
	Cause   string   // what it said of that; empty: nothing
	Stderr  []string // its first and last lines
}

func (e *DeathError) Error() string {
	text := fmt.Sprintf("%s died: %s", e.Process, e.Status)
	if e.Cause != "" {
		text += ": " + e.Cause
	}
	return text
}

// death describes an end nobody asked for; p must have exited.
func (p *process) death() *DeathError {
	status := "exit status 0"
	if p.err != nil {
		status = p.err.Error()
	}
	cause := p.stderr.Cause()
	if tree.Killed(p.cmd.ProcessState) {
		cause = cmp.Or(probe.ReadOOMKills("/proc").Since(p.kills), cause)
	}
	return &DeathError{Process: p.name, Status: status, Cause: cause, Stderr: p.stderr.Lines()}
}

// stop asks the process to end with SIGTERM.
func (p *process) stop(patience time.Duration) error {
	p.asked.Store(true)
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended already: exited tells
	return p.ended("SIGTERM", patience)
}

// leave asks the process to end by closing its stdin.
func (p *process) leave(patience time.Duration) error {
	p.asked.Store(true)
	_ = p.stdin.Close() // as in stop
	return p.ended("its stdin closed", patience)
}

// ended waits for the end of a process that was asked to, and kills it by its id when it takes longer than patience. The
// error is a tree.LateError where it or a process it held had to be killed, and else says that its status was not 0.
func (p *process) ended(asked string, patience time.Duration) error {
	select {
	case <-p.exited:
	case <-time.After(patience):
		_ = p.cmd.Process.Kill()
		<-p.exited
		return &tree.LateError{Text: fmt.Sprintf("%s was still there %v after %s, and was killed", p.name, patience, asked)}
	}
	if status := (*exec.ExitError)(nil); errors.As(p.err, &status) && status.ExitCode() == tree.ExitLate {
		said := "processes it had started were still there after " + asked + ", and were killed"
		if lines := p.stderr.Lines(); len(lines) > 0 { // its own words are the last, whatever the server has said
			said = strings.TrimPrefix(lines[len(lines)-1], "pushbench: ")
		}
		return &tree.LateError{Text: p.name + ": " + said}
	}
	if p.err != nil {
		return p.death()
	}
	return nil
}

// watch calls died when the process ends without having been asked, until done is closed.
func (p *process) watch(done <-chan struct{}, died context.CancelCauseFunc) {
	select {
	case <-p.exited:
		if !p.asked.Load() {
			died(p.death())
		}
	case <-done:
	}
}

// Pause stops the process with SIGSTOP and lets it go on after d, or when ctx ends.
func (p *process) Pause(ctx context.Context, d time.Duration) error {
	if err := p.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		return err
	}
	slept := sleep(ctx, d) // the length of the stop is the point
	return errors.Join(slept, p.cmd.Process.Signal(syscall.SIGCONT))
}

// sleep waits for d; the error is why ctx ended before.
func sleep(ctx context.Context, d time.Duration) error {
	over := time.NewTimer(d)
	defer over.Stop()
	select {
	case <-over.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// kill ends the process at once; for the paths on which something has failed already.
func (p *process) kill() {
	p.asked.Store(true)
	_ = p.cmd.Process.Kill()
	<-p.exited
	_ = p.stdin.Close()
}
