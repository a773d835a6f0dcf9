package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/pushbench/pushbench/harness/node/program"
	"github.com/pushbench/pushbench/internal/quirks"
)

// The harness runs its own binary as server: in a test of this package that is the test's.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "quirks" { // the scripts have it on PATH
		quirks.Main()
		os.Exit(0)
	}
	if len(os.Args) > 1 && slices.Contains([]string{"run", "agent", "serve", "publish", "supervise", "node", "link"}, os.Args[1]) {
		os.Exit(Main(os.Args[1:], Streams{Out: os.Stdout, Err: os.Stderr}, []Command{Run, Agent, Serve, Publish, Supervise, Node, Link}))
	}
	if len(os.Args) > 3 && os.Args[1] == "relay" {
		relay(os.Args[2], os.Args[3])
	}
	if len(os.Args) > 2 && os.Args[1] == "stubborn" {
		stubborn(os.Args[2])
	}
	if len(os.Args) > 1 && os.Args[1] == "spin" {
		spin()
	}
	if len(os.Args) > 1 && os.Args[1] == "burst" {
		burst()
	}
	if len(os.Args) > 1 && os.Args[1] == "pushserver" {
		servePushes()
	}
	os.Exit(run(m))
}

// run sets what all tests need. Most of them wait: for phases of trials, more than for a CPU.
func run(m *testing.M) int {
	peers, err := filepath.Abs(filepath.Join("..", "..", "bin", "peers")) // where make peers puts its programs
	flag.Parse()
	err = errors.Join(
		err, os.Setenv(program.PeersVariable, peers), flag.Set("test.parallel", strconv.Itoa(3*runtime.GOMAXPROCS(0))),
		os.Setenv("GORACE", "atexit_sleep_ms=0"), // a child with the race detector waits a second at its end for reports of other threads
	)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// spin is a process that wants a CPU for itself until its stdin closes.
func spin() {
	var over atomic.Bool
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		over.Store(true)
	}()
	for !over.Load() {
		continue
	}
	os.Exit(0)
}
