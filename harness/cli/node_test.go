package cli

import (
	"testing"

	"github.com/pushbench/pushbench/harness/node"
	"github.com/pushbench/pushbench/harness/node/machine"
	"github.com/pushbench/pushbench/harness/trial"
)

// started is a server outside a trial, with the node that has it.
type started struct {
	trial.Server
	on node.Node
}

// startServer runs one fresh server process of a lane on all CPUs.
func startServer(t *testing.T, o trial.ServerOptions) started {
	t.Helper()
	cpus, err := machine.CPUs()
	if err != nil {
		t.Fatal(err)
	}
	on := local()
	o.CPUs, o.History, o.Lag = cpus, 1024, "disconnect"
	s, err := trial.StartServer(t.Context(), on, o)
	if err != nil {
		t.Fatal(err)
	}
	return started{s, on}
}

// read reads its probes.
func (s started) read(t *testing.T) node.Snapshot {
	t.Helper()
	snapshot, err := s.on.Read(t.Context(), node.Question{Moment: node.AtRest, Level: true, Processes: []string{"server"}})
	if err != nil {
		t.Fatal(err)
	}
	return snapshot
}

// pids are its processes.
func (s started) pids(t *testing.T) []int {
	t.Helper()
	return s.read(t).Running["server"].PIDs
}
