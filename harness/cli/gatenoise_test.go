package cli

import (
	"encoding/csv"
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

// gateRules are those of docs/ci/pushbench.yml, which docs/ci.md states the noise of.
const gateRules = "cpu_per_message>10%,cpu_per_handshake>15%,memory_per_connection>10%"

// tinyGate is the scenario gate, in a few seconds, and once more with a lane that is known to cost more.
const tinyGate = `
lanes: [tcp+old, tcp, tcp+burn]
phases:
  - ramp: {to: 10}
  - ramp: {to: 20}
  - broadcast: {rate: 50, for: 200ms}
blocks: 8
`

// One commit measured against itself passes, whatever a neighbour does meanwhile; and what costs more does not. With -full the
// scenario gate passes twenty times, in a quarter of an hour.
func TestGateUnderNoise(t *testing.T) {
	pushbench := built(t)
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "tiny.yaml"), []byte(tinyGate), 0o600))
	neighbour(t)
	run := func(args ...string) (string, error) {
		cmd := exec.Command(pushbench, args...)
		cmd.Dir = dir
		var stderr strings.Builder
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Logf("pushbench %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
		}
		return string(out), err
	}
	if *full {
		for i := range 20 {
			_, _ = run("run", "gate", "--old", pushbench) // of a block that was lost, the gate says what it takes
			figures, err := run("diff", "latest", "--lanes", "ws-gorilla+old,ws-gorilla", "--format", "csv", "--fail-on", gateRules)
			if err != nil {
				t.Errorf("time %d: one commit does not pass", i+1)
			}
			for _, line := range gateFigures(t, figures) {
				t.Logf("time %d: %s", i+1, line)
			}
		}
		return
	}
	if _, err := run("run", "tiny.yaml", "--old", pushbench); err != nil {
		t.Fatal(err)
	}
	if _, err := run("diff", "latest", "--lanes", "tcp+old,tcp", "--fail-on", "cpu_per_message>50%"); err != nil {
		t.Error("one commit does not pass")
	}
	if _, err := run("diff", "latest", "--lanes", "tcp+old,tcp+burn", "--fail-on", "cpu_per_message>50%"); err == nil {
		t.Error("50 µs more for each message pass")
	}
}

// gateFigures are the rows that a rule is about.
func gateFigures(t *testing.T, text string) (lines []string) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) < 2 {
		t.Errorf("no figures: %v", err)
		return nil
	}
	for _, row := range rows[1:] {
		var line []string
		for i, name := range rows[0] {
			switch name {
			case "metric", "new_n", "ratio", "ratio_low", "ratio_high", "verdict", "resolution":
				line = append(line, name+" "+row[i])
			}
		}
		for rule := range strings.SplitSeq(gateRules, ",") {
			metric, _, _ := strings.Cut(rule, ">")
			if line[0] == "metric "+metric {
				lines = append(lines, strings.Join(line, ", "))
			}
		}
	}
	return lines
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
