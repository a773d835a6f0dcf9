package cli

import (
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// smallGate is the scenario gate in a few seconds, with a lane besides that is known to cost more.
const smallGate = `
lanes: [tcp+old, tcp, tcp+burn]
phases:
  - ramp: {to: 10}
  - ramp: {to: 20}
  - broadcast: {rate: 50, for: 200ms}
blocks: 8
`

// One commit measured against itself passes, whatever a neighbour does meanwhile; and what costs more does not. With -full it is
// tried twenty times with a limit that noise alone exceeds. A rule may be broken by chance in one of 256 comparisons: twice in twenty
// is none, but in one of 300 runs of this test.
func TestGateUnderNoise(t *testing.T) {
	t.Parallel() // other tests are noise as well
	times, rule, chance := 1, "cpu_per_message>50%", 0
	if *full {
		times, rule, chance = 20, "cpu_per_message>10%", 1
	}
	pushbench := built(t)
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "small.yaml"), []byte(smallGate), 0o600))
	neighbour(t)
	run := func(args ...string) error {
		cmd := exec.Command(pushbench, args...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "TMPDIR="+dir) // where the lock of a measurement is
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Logf("pushbench %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return err
	}
	broken := 0
	for range times {
		must(t, run("run", "small.yaml", "--old", pushbench))
		if run("diff", "latest", "--lanes", "tcp+old,tcp", "--fail-on", rule) != nil {
			broken++
		}
		if run("diff", "latest", "--lanes", "tcp+old,tcp+burn", "--fail-on", rule) == nil {
			t.Error("50 µs more for each message pass")
		}
	}
	if broken > chance {
		t.Errorf("one commit broke a rule %d times of %d", broken, times)
	}
}

// neighbour runs a process beside the test that takes each CPU in bursts.
func neighbour(t *testing.T) {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	cmd := exec.Command(self, "burst")
	stdin, err := cmd.StdinPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = cmd.Wait()
	})
}

// burst is that process: on each CPU up to half a second of work, and up to a second of rest, until its stdin closes.
func burst() {
	for range runtime.NumCPU() {
		go func() {
			for {
				work := time.Duration(rand.Int64N(int64(500 * time.Millisecond)))
				for begin := time.Now(); time.Since(begin) < work; {
					continue
				}
				time.Sleep(time.Duration(rand.Int64N(int64(time.Second))))
			}
		}()
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}
