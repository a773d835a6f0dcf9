package cli

import (
	"context"
	"errors"
	"time"

	"github.com/pushbench/pushbench/harness/conform"
	"github.com/pushbench/pushbench/harness/node"
	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/harness/trial"
)

// external is a server that is not ours before the contract: it does not count its subscribers for us, and cannot be asked to
// end their connections.
type external struct{ conform.Server }

// startExternal is how to come by it, for checks with so much patience. One that runs without us is looked for first: a
// publisher without subscribers waits.
func startExternal(e *scenario.External, cpus []int, patience time.Duration) conform.Start {
	return func(ctx context.Context, heartbeat time.Duration) (conform.Server, error) {
		if heartbeat > 0 {
			return nil, conform.SkipReason("its heartbeats cannot be counted from outside")
		}
		if !e.Started() {
			vars := e.Vars()
			defer vars.Release()
			at, err := vars.URL(e.Program, e.Subscribe.URL)
			if err != nil {
				return nil, err
			}
			if err := listened(ctx, "tcp", at.Host); err != nil {
				return nil, err
			}
		}
		s, err := trial.StartExternal(ctx, local(), trial.ExternalOptions{
			Lane: e, CPUs: cpus, Load: cpus, Connections: 100, Heartbeat: 30 * time.Second,
			Patience: patience / 2, // a missing answer is reported before the check is given up
		})
		if err != nil {
			return nil, err
		}
		return external{s}, nil
	}
}

// Stop ends it, if it was started for this.
func (x external) Stop() error {
	err := x.Server.Stop()
	if errors.Is(err, node.ErrStays) {
		return goesOn
	}
	return err
}
