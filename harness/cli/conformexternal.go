package cli

import (
	"context"
	"errors"
	"time"

	"github.com/pushbench/pushbench/harness/conform"
	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/harness/trial"
)

// foreign is a server that is not ours before the contract: it does not count its subscribers for us, and cannot be told to
// end their connections.
type foreign struct{ conform.Server }

// startForeign is how to come by it.
func startForeign(e *scenario.External, cpus []int) conform.Start {
	return func(ctx context.Context, heartbeat time.Duration) (conform.Server, error) {
		if heartbeat > 0 {
			return nil, conform.Inapplicable("nobody outside can count its heartbeats")
		}
		s, err := trial.StartExternal(ctx, trial.ExternalOptions{Lane: e, CPUs: cpus, Load: cpus, Connections: 100, Heartbeat: 30 * time.Second})
		if err != nil {
			return nil, err
		}
		return foreign{s}, nil
	}
}

// Stop ends it, if it was started for this.
func (f foreign) Stop() error {
	err := f.Server.Stop()
	if errors.Is(err, trial.ErrStays) {
		return goesOn
	}
	return err
}
