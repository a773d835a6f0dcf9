package cli

import (
	"errors"
	"syscall"
	"testing"

	"github.com/pushbench/pushbench/harness/node/machine"
	"github.com/pushbench/pushbench/harness/trial"
)

// A server that is killed is said to have died, also where its broken connection is noticed first.
func TestAKilledServerIsSaidToHaveDied(t *testing.T) {
	cpus, err := machine.CPUs()
	if err != nil {
		t.Fatal(err)
	}
	s, err := trial.StartServer(t.Context(), trial.ServerOptions{Lane: "tcp", CPUs: cpus, History: 1024, Lag: "disconnect"})
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(s.Probed()[0].PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	death := (*trial.DeathError)(nil)
	if err := s.Collect(t.Context()); !errors.As(err, &death) || death.Status != "signal: killed" {
		t.Errorf("got %v, want the server's death", err)
	}
}
