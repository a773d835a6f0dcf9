package cli

import (
	"errors"
	"syscall"
	"testing"

	"github.com/pushbench/pushbench/harness/node/process"
	"github.com/pushbench/pushbench/harness/trial"
)

// A server that is killed is said to have died, also where its broken connection is noticed first.
func TestAKilledServerHasDied(t *testing.T) {
	s := startServer(t, trial.ServerOptions{Lane: "tcp"})
	if err := syscall.Kill(s.pids(t)[0], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	death := (*process.DeathError)(nil)
	if err := s.Collect(t.Context()); !errors.As(err, &death) || death.Status != "signal: killed" {
		t.Errorf("got %v, want the server's death", err)
	}
}
