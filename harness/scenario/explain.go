package scenario

import (
	"fmt"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"github.com/pushbench/pushbench/internal/strict"
)

// explain says what is wrong with a value of a scenario in words that no other file has; empty: those of all files do.
func (c Catalog) explain(wrong jsonschema.ErrorKind, n *strict.Node, broken strict.Rule) string {
	switch k := wrong.(type) {
	case *kind.AdditionalProperties:
		old := []string{"connections", "ramp", "idle", "warmup", "broadcasts", "uplinks", "trace"}
		if slices.Contains(old, k.Properties[0]) && broken.Child("properties").Child("phases") != nil {
			return `: what a trial does is a list of phases, such as phases: [{ramp: {to: 1000}}, {broadcast: {rate: 2, for: 5s}}]`
		}
		if slices.Contains([]string{"delay", "latency"}, k.Properties[0]) && broken.Child("properties")["rtt"] != nil {
			return ": a link has rtt, the round trip, which is twice the delay of a direction"
		}
	case *kind.Enum:
		if strings.HasPrefix(n.Text, groupMark) {
			return n.Describe() + " is a group, which only --lanes knows: name its lanes here"
		}
		if _, text := n.Value.(string); text && strings.Contains(n.Text, "+") {
			return "unknown " + n.Describe() + c.suggestLane(strings.Split(n.Text, "+"))
		}
	case *kind.Not:
		return n.Describe() + " is a phase every trial can have: choose another name"
	case *kind.MinItems:
		if k.Want > 1 {
			return fmt.Sprintf("want %d levels or more, not %d", k.Want, k.Got)
		}
	case *kind.MaxItems:
		return fmt.Sprintf("want at most %d levels, not %d", k.Want, k.Got)
	case *kind.MinProperties, *kind.MaxProperties:
		return "want one key and its levels, such as heartbeat.every: [1s, 5s, 15s]"
	}
	return ""
}
