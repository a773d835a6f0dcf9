package cli

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	natsserver "github.com/nats-io/nats-server/v2/server"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pushbench/pushbench/harness/node/link"
	"github.com/pushbench/pushbench/harness/node/program"
	"github.com/pushbench/pushbench/harness/node/trace"
)

// The scripts run the real binary with real processes; what they break, they break from outside.
//
// Their scenarios stay below 1000 values a phase, which the validity checks of delays need: a busy machine would make trials
// invalid.
func TestScripts(t *testing.T) {
	t.Parallel()
	bin := filepath.Dir(built(t))
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(bin, "quirks")); err != nil {
		t.Fatal(err)
	}
	example, err := filepath.Abs(filepath.Join("..", "..", "results", "testdata", "example"))
	must(t, err)
	docs, err := filepath.Abs(filepath.Join("..", "..", "docs"))
	must(t, err)
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
			// Each script measures under a lock of its own: nothing here asserts a figure.
			e.Setenv("TMPDIR", e.WorkDir)
			e.Setenv(program.PeersVariable, os.Getenv(program.PeersVariable))
			e.Setenv("EXAMPLE", example)
			e.Setenv("DOCS", docs)
			return nil
		},
		Condition: func(name string) (bool, error) {
			switch name {
			case "tracing":
				return trace.Available() == nil, nil
			case "link":
				return link.Missing() == nil, nil
			}
			return false, errors.New("unknown condition " + name)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"fails":   fails,
			"signal":  signalChild,
			"waitfor": waitFor,
			"nats":    natsServer,
			"spin":    spinner,
			"serve":   serveLane,

			"workflow":     runWorkflow,
			"compareready": compareReady,
			"pushserver":   pushServer,
			"quirk":        quirkServer,
		},
	})
}

// built is the program, as users have it.
func built(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "pushbench")
	build := exec.Command("go", "build", "-o", path, "github.com/pushbench/pushbench")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return path
}

// fails runs a command that must end with the given status: fails 2 pushbench compare bad.yaml.
func fails(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	if !errors.As(err, &exit) || strconv.Itoa(exit.ExitCode()) != args[0] {
		ts.Fatalf("ended with %v, want status %s", err, args[0])
	}
}

// signalChild sends a signal to the process of this script whose command line contains a text, as soon as there is one:
// signal KILL 'serve --child'.
func signalChild(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: signal NAME TEXT")
	}
	signals := map[string]syscall.Signal{"KILL": syscall.SIGKILL, "INT": syscall.SIGINT, "TERM": syscall.SIGTERM}
	poll(ts, "a process with "+args[1], func() bool {
		pid, ok := findProcess(ts.Getenv("WORK"), args[1])
		return ok && syscall.Kill(pid, signals[args[0]]) == nil
	})
}

// findProcess looks for a process that works below dir.
func findProcess(dir, text string) (int, bool) {
	processes, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return 0, false
	}
	for _, p := range processes {
		cwd, err := os.Readlink(filepath.Join(p, "cwd"))
		if err != nil || !strings.HasPrefix(cwd, dir) {
			continue
		}
		line, err := os.ReadFile(filepath.Join(p, "cmdline"))
		if err == nil && strings.Contains(string(bytes.ReplaceAll(line, []byte{0}, []byte{' '})), text) {
			pid, err := strconv.Atoi(filepath.Base(p))
			return pid, err == nil
		}
	}
	return 0, false
}

// waitFor waits until a file matches: waitfor FILE REGEXP.
func waitFor(ts *testscript.TestScript, _ bool, args []string) {
	pattern := regexp.MustCompile(args[1])
	poll(ts, args[0]+" to match "+args[1], func() bool {
		data, err := os.ReadFile(ts.MkAbs(args[0]))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			ts.Fatalf("%v", err)
		}
		return pattern.Match(data)
	})
}

// natsServer runs a NATS server beside the script: nats start puts its URL into $NATS, nats stop ends it.
func natsServer(ts *testscript.TestScript, _ bool, args []string) {
	const key = "nats-server"
	switch args[0] {
	case "start":
		s, err := natsserver.NewServer(&natsserver.Options{Host: "127.0.0.1", Port: natsserver.RANDOM_PORT, Authorization: "secret", NoSigs: true, NoLog: true})
		ts.Check(err)
		s.Start()
		if !s.ReadyForConnections(patience) {
			ts.Fatalf("nats did not start")
		}
		running[ts.Getenv("WORK")+key] = s
		ts.Defer(s.Shutdown)
		ts.Setenv("NATS", s.ClientURL())
	case "stop":
		running[ts.Getenv("WORK")+key].Shutdown()
	default:
		ts.Fatalf("usage: nats start|stop")
	}
}

// spinner runs a process that keeps a CPU busy beside the script, and ends with it.
func spinner(ts *testscript.TestScript, _ bool, _ []string) {
	self, err := os.Executable()
	ts.Check(err)
	cmd := exec.Command(self, "spin")
	stdin, err := cmd.StdinPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() {
		_ = stdin.Close()
		_ = cmd.Wait()
	})
}

// serveLane runs a server of a lane beside the script, and puts what its ready line says into $URL, $CONTROL and $TOKEN.
func serveLane(ts *testscript.TestScript, _ bool, args []string) {
	l, err := startLane(args[0], 0)
	ts.Check(err)
	ts.Defer(func() { ts.Check(l.Stop()) })
	ts.Setenv("URL", l.line.URL)
	ts.Setenv("CONTROL", l.line.Control)
	ts.Setenv("TOKEN", l.line.Token)
}

// running holds the NATS servers of scripts; only one script uses one.
var running = map[string]*natsserver.Server{}

func poll(ts *testscript.TestScript, what string, done func() bool) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); !done(); <-tick.C {
		if time.Now().After(deadline) {
			ts.Fatalf("waited %v for %s", patience, what)
		}
	}
}
