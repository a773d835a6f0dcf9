package process

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/pushbench/pushbench/harness/node/machine"
	"github.com/pushbench/pushbench/harness/node/probe"
)

// Program is one of others, which is supervised together with all processes it starts, so that they can be measured as one and end
// as one: when they are asked, in their own time; at once, when the process that wanted them has gone.
type Program struct {
	Command []string // the program and its arguments
	Folder  string   // to run it in
	Stop    string   // name of the signal that asks it to end: one of Signals; empty: TERM
	Drain   time.Duration
	Output  io.Writer // of all its processes
}

// args have this very binary supervise the program.
func (p Program) args() []string {
	args := []string{"supervise", "--folder", p.Folder, "--stop", cmp.Or(p.Stop, "TERM"), "--drain", p.Drain.String(), "--"}
	return append(args, p.Command...)
}

// Signals are the names a program may be asked to end with.
func Signals() map[string]syscall.Signal {
	return map[string]syscall.Signal{"TERM": syscall.SIGTERM, "INT": syscall.SIGINT, "QUIT": syscall.SIGQUIT}
}

// Supervise runs the program until ctx ends, then asks all of its processes to end and waits for them. When gone is closed it
// kills them. The error is of a program that ended unexpectedly; it is a LateError when some did not end in time and were killed.
func Supervise(ctx context.Context, c Program, gone <-chan struct{}) error {
	stop, ok := Signals()[c.Stop]
	if !ok {
		return fmt.Errorf("no signal %q asks a program to end here", c.Stop)
	}
	h, err := supervise(c)
	if err != nil {
		return err
	}
	select {
	case <-h.exited:
		h.kill()
		return h.unexpected(filepath.Base(c.Command[0]))
	case <-gone:
		h.kill()
		return nil
	case <-ctx.Done():
	}
	h.signal(stop)
	late := time.NewTimer(c.Drain)
	defer late.Stop()
	select {
	case <-h.all:
		return nil
	case <-gone:
		h.kill()
		return nil
	case <-late.C:
		left := named(h.descendants())
		h.kill()
		return &LateError{Text: fmt.Sprintf("still there %v after SIG%s, and killed: %s", c.Drain, c.Stop, left)}
	}
}

// LateError lists the processes that did not end when they were asked to. They were killed; nothing is wrong with what they did
// before.
type LateError struct{ Text string }

func (e *LateError) Error() string { return e.Text }

// ExitLate is how a supervisor ends, where the error is a LateError: different from a program that failed.
const ExitLate = 7

// signal reaches all processes, as the terminal's and systemd's do: a shell or npm that waits for the server hands none on.
func (h *supervised) signal(s syscall.Signal) {
	for _, pid := range h.descendants() {
		_ = syscall.Kill(pid, s) // it may have ended already
	}
}

// named are the names of processes, each once: their numbers would make every end another.
func named(pids []int) string {
	var names []string
	for _, pid := range pids {
		names = append(names, probe.Name("/proc", pid))
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ")
}

// supervised is a program that runs, and its processes.
type supervised struct {
	cmd    *exec.Cmd
	tail   *Tail
	kills  probe.OOMKills // before it began
	exited chan struct{}  // closed when the program has ended
	err    error          // how; valid after exited
	all    chan struct{}  // closed when all of its processes have
}

func supervise(c Program) (*supervised, error) {
	if err := adopt(); err != nil {
		return nil, fmt.Errorf("supervise %s: %w", c.Command[0], err)
	}
	tail := &Tail{To: c.Output}
	h := &supervised{
		cmd:  exec.Command(c.Command[0], c.Command[1:]...), //nolint:gosec,noctx // what the user has asked for; Supervise ends it
		tail: tail, kills: probe.ReadOOMKills("/proc"), exited: make(chan struct{}), all: make(chan struct{}),
	}
	h.cmd.Dir, h.cmd.Stdout, h.cmd.Stderr = c.Folder, tail, tail
	// A group of its own: the terminal's Ctrl-C is not for it. And an end with ours, however that comes.
	h.cmd.SysProcAttr = endWithParent(&syscall.SysProcAttr{Setpgid: true})
	// Output that a process left behind still holds must not keep the end of the program from being known.
	h.cmd.WaitDelay = time.Second
	if err := h.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Command[0], err)
	}
	go func() {
		h.err = h.cmd.Wait()
		close(h.exited)
		reap()
		close(h.all)
	}()
	return h, nil
}

// unexpected is the error of a program that should not have ended.
func (h *supervised) unexpected(name string) error {
	killed := ""
	if Killed(h.cmd.ProcessState) {
		killed = probe.ReadOOMKills("/proc").Since(h.kills)
	}
	switch {
	case killed != "":
		return fmt.Errorf("%s ended unexpectedly: %w: %s", name, h.err, killed)
	case h.cmd.ProcessState.Success():
		return fmt.Errorf("%s ended unexpectedly, with status 0: a server must stay in the foreground", name)
	case h.tail.Cause() != "":
		return fmt.Errorf("%s ended unexpectedly: %w: %s", name, h.err, h.tail.Cause())
	default:
		return fmt.Errorf("%s ended unexpectedly: %w", name, h.err)
	}
}

// Killed reports whether a signal ended a process, or the one a shell waited for: its status is then that of the signal and 128.
func Killed(s *os.ProcessState) bool {
	return s.ExitCode() < 0 || s.ExitCode() == 128+int(syscall.SIGKILL)
}

// killPause is between two looks at processes: those left may fork while others are killed.
const killPause = 10 * time.Millisecond

// kill ends all processes at once.
func (h *supervised) kill() {
	again := time.NewTicker(killPause)
	defer again.Stop()
	for {
		for _, pid := range h.descendants() {
			_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended meanwhile
		}
		select {
		case <-h.all:
			return
		case <-again.C:
		}
	}
}

func (h *supervised) descendants() []int {
	all, err := machine.ReadProcesses("/proc")
	if err != nil {
		return []int{h.cmd.Process.Pid}
	}
	return all.Descendants(os.Getpid())
}

// reap waits for processes whose parents have ended before them, until there are none.
func reap() {
	for {
		_, err := syscall.Wait4(-1, nil, 0, nil)
		if err != nil && err != syscall.EINTR {
			return
		}
	}
}
