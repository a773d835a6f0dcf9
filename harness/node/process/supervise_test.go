package process

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience bounds every wait; it is never waited for when tests pass.
const patience = 20 * time.Second

// Supervise adopts and reaps: it gets a process of its own, this very binary.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "supervise" {
		gone := make(chan struct{})
		go func() { defer close(gone); _, _ = io.Copy(io.Discard, os.Stdin) }()
		told := make(chan os.Signal, 1)
		ctx, cancel := context.WithCancel(context.Background())
		signal.Notify(told, syscall.SIGTERM)
		go func() { <-told; cancel() }()
		drain, _ := time.ParseDuration(os.Args[2])
		err := Supervise(ctx, Program{Command: os.Args[4:], Stop: os.Args[3], Drain: drain, Output: os.Stdout}, gone)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	switch os.Getenv(selfVariable) {
	case "":
		os.Exit(m.Run())
	case "child":
		fmt.Println(`"the same"`)
		_, _ = io.Copy(io.Discard, os.Stdin)
	case "parent":
		fmt.Println("ready")
		_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
		fmt.Println(askChild())
	}
	os.Exit(0)
}

// watcher is a supervisor whose program has printed the ids of its processes.
type watcher struct {
	cmd    *exec.Cmd
	stdin  io.Closer
	errors *strings.Builder
	pids   []int
}

// start supervises a shell script that prints the ids of its processes, one a line, and then "ready".
func start(t *testing.T, drain, stop, script string) *watcher {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	h := &watcher{cmd: exec.Command(self, "supervise", drain, stop, "sh", "-c", script), errors: &strings.Builder{}}
	h.cmd.Stderr = h.errors
	stdin, err := h.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	h.stdin = stdin
	stdout, err := h.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := h.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.cmd.Process.Kill() })
	lines := bufio.NewScanner(stdout)
	for lines.Scan() && lines.Text() != "ready" {
		pid, err := strconv.Atoi(lines.Text())
		if err != nil {
			t.Fatalf("the script says %q", lines.Text())
		}
		h.pids = append(h.pids, pid)
	}
	go func() { _, _ = io.Copy(io.Discard, stdout) }()
	return h
}

// ended waits for the watcher, and for every process of the program to be gone by then.
func (h *watcher) ended(t *testing.T) error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- h.cmd.Wait() }()
	select {
	case err := <-done:
		for _, pid := range h.pids {
			if _, err := os.Stat(filepath.Join("/proc", strconv.Itoa(pid))); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("process %d is still there", pid)
			}
		}
		return err
	case <-time.After(patience):
		t.Fatal("does not end")
		return nil
	}
}

// a server with a worker, and one that has left its session, as daemons do. They are waited for until both are called sleep: a process
// has the name of the shell that forked it, and then of setsid, until its exec.
const forks = `sleep 1000 & a=$!; setsid sleep 1000 & b=$!; echo $a; echo $b; echo $$
for p in $a $b; do until grep -qx sleep /proc/$p/comm; do sleep 0.01; done; done; `

func TestSuperviseEndsAllWhenTold(t *testing.T) {
	h := start(t, "10s", "TERM", forks+`trap 'kill $a $b; exit 0' TERM; echo ready; wait`)
	if err := h.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := h.ended(t); err != nil {
		t.Errorf("%v: %s", err, h.errors)
	}
}

func TestSuperviseUsesTheSignalThatWasAsked(t *testing.T) {
	h := start(t, "10s", "QUIT", `trap '' TERM; trap 'exit 0' QUIT; echo $$; echo ready; while :; do sleep 0.01; done`)
	if err := h.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := h.ended(t); err != nil {
		t.Errorf("%v: %s", err, h.errors)
	}
}

func TestSuperviseKillsWhatDoesNotEnd(t *testing.T) {
	h := start(t, "50ms", "TERM", `trap '' TERM; `+forks+`echo ready; wait`)
	if err := h.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := h.ended(t); err == nil || !strings.Contains(h.errors.String(), "still there 50ms after SIGTERM, and killed: sh, sleep") {
		t.Errorf("%v: %s", err, h.errors)
	}
}

// A shell hands no signal on to the server it waits for, and npm neither.
func TestSuperviseTellsAllProcesses(t *testing.T) {
	h := start(t, patience.String(), "TERM", `(trap 'echo ended >&2; exit 0' TERM; echo ready; while :; do sleep 0.01; done); true`)
	if err := h.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := h.ended(t); err != nil {
		t.Errorf("%v: %s", err, h.errors)
	}
}

func TestSuperviseLeavesNothingWhenItsParentGoes(t *testing.T) {
	h := start(t, "10s", "TERM", forks+`echo ready; wait`)
	if err := h.stdin.Close(); err != nil {
		t.Fatal(err)
	}
	if err := h.ended(t); err != nil {
		t.Errorf("%v: %s", err, h.errors)
	}
}

func TestSuperviseSaysHowAProgramEnded(t *testing.T) {
	const crash = `echo ready; echo 'panic: no hub'; seq 100; echo 'main.go:13 +0x1d'; exit 2`
	for script, want := range map[string]string{
		forks + `echo ready; exit 0`:             "sh ended unexpectedly, with status 0: a server must stay in the foreground",
		`echo ready; echo; echo no port; exit 3`: "sh ended unexpectedly: exit status 3: no port",
		`echo ready; kill -KILL $$`:              "sh ended unexpectedly: signal: killed",
		crash:                                    "sh ended unexpectedly: exit status 2: panic: no hub",
	} {
		h := start(t, "10s", "TERM", script)
		if err := h.ended(t); err == nil || !strings.Contains(h.errors.String(), want) {
			t.Errorf("%v: %q, want %q", err, h.errors, want)
		}
	}
	err := Supervise(t.Context(), Program{Command: []string{"/no/such/program"}, Stop: "TERM", Output: io.Discard}, nil)
	if err == nil || !strings.Contains(err.Error(), "start /no/such/program") {
		t.Errorf("got %v", err)
	}
}
