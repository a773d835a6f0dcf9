package cli

import (
	"errors"
	"fmt"
	"os"

	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/internal/wire"
)

// complete refuses empty values, and takes absent ones from the environment. An empty value is mostly a variable of the
// shell that is not set: the default would not be meant.
func (o *runOptions) complete(args []string) error {
	for _, flag := range []struct{ name, value, wanted string }{
		{"resume", o.resume, "a run: its folder, or latest"},
		{"out", o.out, "a folder"},
		{"old", o.old, "the file of another build of pushbench"},
		{"nats", o.nats, "a URL such as nats://HOST:4222"},
	} {
		if o.given(flag.name) && flag.value == "" {
			return fmt.Errorf("--%s wants %s, not an empty text", flag.name, flag.wanted)
		}
	}
	switch {
	case o.given("resume") && len(args) > 0:
		return errors.New("--resume takes the scenario from the run: leave the scenario out")
	case o.given("resume") && o.given("lanes"):
		return errors.New("--resume takes the lanes from the run: leave --lanes out")
	case o.given("resume") && len(o.phaseOverride()) > 0:
		return fmt.Errorf("--resume takes the load from the run: leave %s out", o.phaseOverride())
	}
	if !o.given("nats") {
		o.nats = os.Getenv(wire.BusVariable)
	}
	if !o.given("token") {
		o.token = os.Getenv(wire.TokenVariable)
	}
	return (fleet.Options{Engine: fleet.Engine(o.engine), Reader: fleet.Batched}).Check()
}
