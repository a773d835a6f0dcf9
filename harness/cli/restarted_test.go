package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/servers"
)

// Messages are 500 ms apart, and a server ends 300 ms behind one. On a busy machine, too, every client has received it by then, polling ones
// as well, and the end is not as late as the next message.
const restarts = `publisher: separate
poll: 100ms
fleet: {reconnect: {policy: fixed, delay: 100ms}}
phases:
  - ramp: {to: 200, rate: 500}
  - broadcast: {name: deployed, rate: 2, for: 4s, warmup: 2}
    events: [{at: 57.5%, do: restart}]
  - broadcast: {name: crashed, rate: 2, for: 4s, warmup: 0}
    events: [{at: 57.5%, do: restart, signal: KILL}]
blocks: 1
`

// The server of each lane is restarted under 200 connections, in order and by a kill. A message is lost if no server took it, or if
// it was taken by one that was ending; all clients lack that one, and have each of the others once.
//
// It is not parallel: with other tests beside it, a message that was taken may still be under way when the server ends.
func TestRestartUnderLoad(t *testing.T) {
	lanes := append(onePerTransport(), "sse-gin+tls")
	if *full {
		lanes = lanes[:0]
		for _, l := range servers.Lanes() {
			if !l.Unreliable {
				lanes = append(lanes, l.Name)
			}
		}
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "restarts.yaml")
	must(t, os.WriteFile(file, []byte("lanes: ["+strings.Join(lanes, ", ")+"]\n"+restarts), 0o600))
	self, err := os.Executable()
	must(t, err)
	out, _ := exec.Command(self, "run", file, "--out", filepath.Join(dir, "runs")).CombinedOutput()
	data, err := results.Load(filepath.Join(dir, "runs", "latest"))
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, trial := range data.Run.Trials {
		if trial.Status == results.StatusFailed {
			t.Errorf("%s: %s", trial.Lane, trial.Error)
			continue
		}
		for _, phase := range []string{"deployed", "crashed"} {
			t.Run(trial.Lane+"/"+phase, func(t *testing.T) { exactlyLost(t, data, trial, phase) })
		}
	}
}

// exactlyLost holds what clients counted in a phase against what its servers were given.
func exactlyLost(t *testing.T, data *results.Data, trial results.Trial, phase string) {
	const connections, messages = 200, 8
	got := map[string]float64{}
	for _, s := range data.Samples {
		if s.Trial == trial.Trial && s.Phase == phase && (s.Source == "agent" || s.Source == "publisher" || s.Metric == "other_cpu") {
			got[s.Metric] = s.Value
		}
	}
	if v, ok := got["other_cpu"]; ok {
		t.Errorf("others have used %v s of cpu, although the use of the ended server is unknown", v)
	}
	lost := 0.0
	for _, l := range data.Losses {
		if l.Trial != trial.Trial || l.Phase != phase {
			continue
		}
		lost++
		if l.Missed != connections {
			t.Errorf("message %d did not reach %d connections, want all %d or none", l.Message, l.Missed, connections)
		}
	}
	if all := got["taken"] + got["refused"] + got["unknown"]; all != messages {
		t.Errorf("the publisher knows what became of %v messages, want %d", all, messages)
	}
	if lost < got["refused"] || lost > got["refused"]+got["unknown"] {
		t.Errorf("%v messages were lost; %v were refused, and of %v it is unknown", lost, got["refused"], got["unknown"])
	}
	for metric, want := range map[string]float64{
		"expected": connections * messages, "lost": connections * lost, "received": connections * (messages - lost),
		"duplicated": 0, "reordered": 0, "returned": connections,
	} {
		if v, ok := got[metric]; !ok || v != want {
			t.Errorf("%s: got %v, want %v", metric, v, want)
		}
	}
}
