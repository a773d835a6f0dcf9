package trial

import (
	"context"
	"time"

	"github.com/pushbench/pushbench/harness/scenario"
)

// Stall stops the server like a debugger would.
type Stall struct {
	For time.Duration `json:"for" jsonschema:"required" jsonschema_description:"How long the server is stopped, 1ms to what is left of the phase. Unit: a duration. Required." jsonschema_extras:"least=1ms"`
}

// Validate wants a stop that ends within the phase, of a server that may be stopped.
func (s *Stall) Validate(c *scenario.Check) {
	if left := c.Phase.Work.Demand().For - c.Phase.Due(c.Event); s.For > left {
		c.Report("for", "want at most %v, which is left of the phase when the server is stopped, not %v", left, s.For)
	}
	if name, ok := c.Attached(); ok {
		c.Report("do", "lane %s is not started by pushbench and will not be stopped by it", name)
	}
}

func (*Stall) upsets() upset { return upsetsNothing }

func (s *Stall) run(ctx context.Context, t *trial) error { return t.server.Pause(ctx, s.For) }
