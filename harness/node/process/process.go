// Package process is the one supervisor of processes: it starts them bound to their CPUs, keeps what explains their end, and leaves
// none behind.
//
// It is below node, which decides what to start. This very binary is started as a child of its own (Start). A program of others is
// started by a process between (Supervise), because only a parent can adopt what its program leaves behind, and because that parent
// outlives a killed one.
package process

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
	"github.com/pushbench/pushbench/internal/wire"
)

// Options are what to start.
type Options struct {
	Label       string   // in errors: server sse-gin
	CPUs        []int    // empty: all
	Args        []string // of this very binary, or of another build; or else
	Build       string   // file of that build; empty: this binary
	Program     *Program // of others
	Environment []string // added to this process's, NAME=value

	Isolated bool // in a network namespace of its own; netns.Outside leads to this process's
	Within   int  // in the network namespace of that process, in the same way; 0: in this process's
}

// Process is a child: bound to its CPUs, with the last of its stderr kept. It ends when its stdin closes, and so never outlives
// this process.
type Process struct {
	Stdin  io.WriteCloser // Leave closes it
	Stdout io.Reader      // ends when the process does; it must be read

	label      string
	supervised bool
	cmd        *exec.Cmd
	stderr     *Tail
	exited     chan struct{}  // closed when it has ended
	err        error          // how; valid after exited
	asked      atomic.Bool    // it was asked to end
	kills      probe.OOMKills // before it began
}

// Start runs a process.
func Start(o Options) (*Process, error) {
	args := o.Args
	if o.Program != nil {
		args = o.Program.args()
	}
	cmd, err := machine.Self(args...)
	if o.Build != "" {
		cmd, err = exec.Command(o.Build, args...), nil //nolint:gosec,noctx // named by the user; whoever starts it ends it
	}
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", o.Label, err)
	}
	read, write := io.Pipe()
	p := &Process{
		Stdout: read, label: o.Label, supervised: o.Program != nil, cmd: cmd,
		stderr: &Tail{}, exited: make(chan struct{}), kills: probe.ReadOOMKills("/proc"),
	}
	p.cmd.Stdout, p.cmd.Stderr = write, p.stderr
	p.cmd.Env = append(withoutBus(os.Environ()), o.Environment...)
	// A group of its own: the terminal's Ctrl-C is for the coordinator, which ends its children in order.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if p.Stdin, err = p.cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("start %s: %w", o.Label, err)
	}
	start := p.cmd.Start
	if len(o.CPUs) > 0 {
		start = func() error { return machine.OnCPUs(o.CPUs, p.cmd.Start) }
	}
	if o.Isolated || o.Within != 0 {
		start = p.elsewhere(o, start)
	}
	if err := start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", o.Label, err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.exited)
		_ = write.Close()
	}()
	return p, nil
}

// withoutBus is an environment without the way to the bus: a measured process does not need it.
func withoutBus(environment []string) []string {
	return slices.DeleteFunc(environment, func(variable string) bool {
		return strings.HasPrefix(variable, wire.BusVariable+"=") || strings.HasPrefix(variable, wire.TokenVariable+"=")
	})
}

// PID is that of the child.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// PIDs are all processes to measure: the child or, of a program of others, what it has started.
func (p *Process) PIDs() []int {
	if !p.supervised {
		return []int{p.PID()}
	}
	all, err := machine.ReadProcesses("/proc")
	if err != nil {
		return nil
	}
	return all.Descendants(p.PID())
}

// Exited is closed when it has ended.
func (p *Process) Exited() <-chan struct{} { return p.exited }

// Unasked reports whether it ended without being asked; it must have exited.
func (p *Process) Unasked() bool { return !p.asked.Load() }

// DeathError is the error of a process that ended when it should not have.
type DeathError struct {
	Process string   `json:"process"`
	Status  string   `json:"status"`
	Cause   string   `json:"cause"`  // the line of its stderr that most likely has the reason; empty: none
	Stderr  []string `json:"stderr"` // its first and last lines
}

func (e *DeathError) Error() string {
	text := fmt.Sprintf("%s died: %s", e.Process, e.Status)
	if e.Cause != "" {
		text += ": " + e.Cause
	}
	return text
}

// Death describes an unexpected end; p must have exited.
func (p *Process) Death() *DeathError {
	status := "exit status 0"
	if p.err != nil {
		status = p.err.Error()
	}
	cause := p.stderr.Cause()
	if Killed(p.cmd.ProcessState) {
		cause = cmp.Or(probe.ReadOOMKills("/proc").Since(p.kills), cause)
	}
	return &DeathError{Process: p.label, Status: status, Cause: cause, Stderr: p.stderr.Lines()}
}

// Stop asks the process to end with SIGTERM.
func (p *Process) Stop(patience time.Duration) error {
	p.asked.Store(true)
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended already: see exited
	return p.ended("SIGTERM", patience)
}

// Leave asks the process to end by closing its stdin.
func (p *Process) Leave(patience time.Duration) error {
	p.asked.Store(true)
	_ = p.Stdin.Close() // as in Stop
	return p.ended("its stdin closed", patience)
}

// ended waits for the end of a process that was asked to, and kills it by its id when it takes longer than patience. The
// error is a LateError where it or a process it supervised had to be killed, and otherwise the error of a status other than 0.
func (p *Process) ended(asked string, patience time.Duration) error {
	select {
	case <-p.exited:
	case <-time.After(patience):
		_ = p.cmd.Process.Kill()
		<-p.exited
		return &LateError{Text: fmt.Sprintf("%s was still there %v after %s, and was killed", p.label, patience, asked)}
	}
	if status := (*exec.ExitError)(nil); errors.As(p.err, &status) && status.ExitCode() == ExitLate {
		text := "processes it had started were still there after " + asked + ", and were killed"
		if lines := p.stderr.Lines(); len(lines) > 0 { // the last is the supervisor's own, whatever the server has written
			text = strings.TrimPrefix(lines[len(lines)-1], "pushbench: ")
		}
		return &LateError{Text: p.label + ": " + text}
	}
	if p.err != nil {
		return p.Death()
	}
	return nil
}

// Pause stops the process and its descendants with SIGSTOP and lets them continue after d, or when ctx ends.
func (p *Process) Pause(ctx context.Context, d time.Duration) error {
	pids := p.PIDs()
	signal := func(s syscall.Signal) (err error) {
		for _, pid := range pids {
			err = errors.Join(err, syscall.Kill(pid, s))
		}
		return err
	}
	err := signal(syscall.SIGSTOP)
	over := time.NewTimer(d) // the length of the stop is the point
	defer over.Stop()
	select {
	case <-over.C:
	case <-ctx.Done():
		err = errors.Join(err, context.Cause(ctx))
	}
	return errors.Join(err, signal(syscall.SIGCONT))
}

// Kill ends the process at once. The supervisor of a program does that to all of its processes when its stdin closes.
func (p *Process) Kill() {
	if p.supervised {
		_ = p.Leave(killPatience) // what failed before is why this is called
		return
	}
	p.asked.Store(true)
	_ = p.cmd.Process.Kill()
	<-p.exited
	_ = p.Stdin.Close()
}

// killPatience is how long a supervisor may take to kill its program.
const killPatience = 5 * time.Second
