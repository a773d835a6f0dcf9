package node

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/harness/node/program"
)

// listenVariable has this binary listen, as a process that belongs to a server does, until its stdin ends.
const listenVariable = "PUSHBENCH_TEST_LISTEN"

// listener is a process with a socket, and its port.
func listener(t *testing.T) (pid, port int) {
	t.Helper()
	c := exec.Command(os.Args[0], "-test.run", "^TestListen$")
	c.Env = append(os.Environ(), listenVariable+"=1")
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = c.Wait()
	})
	if _, err := fmt.Fscanln(out, &port); err != nil {
		t.Fatal(err)
	}
	return c.Process.Pid, port
}

func TestListen(t *testing.T) {
	if os.Getenv(listenVariable) == "" {
		t.Skip("it is the process that TestFound looks for")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	fmt.Println(l.Addr().(*net.TCPAddr).Port)
	_, _ = os.Stdin.Read(make([]byte, 1))
}

// What belongs to a server is found by its port or its number, and by neither once it has ended.
func TestFound(t *testing.T) {
	pid, port := listener(t)
	here := t.TempDir()
	for name, text := range map[string]string{"app.pid": fmt.Sprintln(pid), "bad.pid": "none", "old.pid": fmt.Sprint(1 << 30)} {
		if err := os.WriteFile(filepath.Join(here, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range []program.Found{{Port: port}, {PIDFile: "app.pid"}} {
		if got, err := found(f, here); err != nil || !slices.Equal(got, []int{pid}) {
			t.Errorf("what %v is %v, %v, want %d", f, got, err, pid)
		}
	}
	for want, f := range map[string]program.Found{
		"listens at port 1: start it, or leave it out of processes": {Port: 1},
		"has the number in bad.pid: ":                               {PIDFile: "bad.pid"},
		"has the number in old.pid: process 1073741824 has ended":   {PIDFile: "old.pid"},
		"has the number in no.pid: open ":                           {PIDFile: "no.pid"},
		"is in a control group nobody.service: the path of no":      {Group: "nobody.service"},
	} {
		_, err := NewLocal(LocalName, Bus{}).Start(t.Context(), program.Program{Found: &f, Here: here}, StartOptions{Label: "process redis of mine", Name: "server-redis"})
		if err == nil || !strings.Contains(err.Error(), "process redis of mine: no process that may be looked at "+want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	// A process of ours is never part of a server.
	p := program.Program{Found: &program.Found{PIDFile: "own.pid"}, Here: here}
	if err := os.WriteFile(filepath.Join(here, "own.pid"), fmt.Appendln(nil, os.Getpid()), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := NewLocal(LocalName, Bus{}).Start(t.Context(), p, StartOptions{Name: "server-own"}); err == nil || !strings.Contains(err.Error(), "one of pushbench's own") {
		t.Error(err)
	}
}
