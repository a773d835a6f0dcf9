package scenario

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/internal/strict"
)

// Lane says what is wrong with the reference to a lane, in one line; nil: nothing, but for what its file says.
func (c Catalog) Lane(reference string) error {
	file, options, isExternal := external(reference)
	parts := strings.Split(reference, "+")
	unknown := func(option string) bool { return !slices.Contains(c.Options, option) }
	switch {
	case isExternal && options != "" && !slices.Contains(c.Controls, options):
		return fmt.Errorf("%s cannot have +%s: it is no part of pushbench, which could change it; there is +%s", file, options, strings.Join(c.Controls, ", +"))
	case isExternal:
		return nil
	case !slices.Contains(c.lanes(), parts[0]), slices.ContainsFunc(parts[1:], unknown):
		return fmt.Errorf("no lane %q%s", reference, c.suggestLane(parts))
	case c.Check != nil:
		return c.Check(reference)
	default:
		return nil
	}
}

// suggestLane is the hint behind a lane with options: each word's nearest, or all there are of the first without one.
func (c Catalog) suggestLane(parts []string) string {
	meantParts := make([]string, len(parts))
	for i, part := range parts {
		known := c.Options
		if i == 0 {
			known = c.lanes()
		}
		if meantParts[i] = strict.Nearest(part, known); meantParts[i] != "" {
			continue
		}
		if i == 0 {
			return strict.Suggest(part, known)
		}
		return ": options are +" + strings.Join(known, ", +")
	}
	return strict.Meant(strings.Join(meantParts, "+"))
}
