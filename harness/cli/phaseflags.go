package cli

import (
	"github.com/spf13/pflag"

	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/results"
)

// phaseFlags are those of the load that people change most, so that it takes no file of their own: rows of the table in
// harness/scenario, which says what each one changes.
func (o *runOptions) phaseFlags(f *pflag.FlagSet) {
	f.Int("connections", 0, "hold so many connections in place of the scenario's; the ramps before the last one keep their proportions")
	f.Float64("rate", 0, "messages a second to each connection, in place of the scenario's; a slower broadcast takes longer, and has as many")
	f.Var(new(size), "size", "bytes of such a message, in place of the scenario's: 300, 300B or 2KiB")
	f.String("payload", "", "what such a message carries, in place of the scenario's: text, json, random or binary")
	o.phases = func() results.PhaseOverride {
		by := results.PhaseOverride{}
		f.Visit(func(flag *pflag.Flag) {
			if scenario.ChangesPhases(flag.Name) {
				by[flag.Name] = flag.Value.String()
			}
		})
		return by
	}
}

// phaseOverride is what the flags that were given change.
func (o runOptions) phaseOverride() results.PhaseOverride {
	if o.phases == nil {
		return nil
	}
	return o.phases()
}
