package trial

import (
	"context"
	"time"

	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/wire"
)

// Outage lets no packet pass the link of the path, in both directions, for a while.
type Outage struct {
	For time.Duration `json:"for" jsonschema:"required" jsonschema_description:"How long nothing passes, 1ms to what is left of the phase. Unit: a duration. Required." jsonschema_extras:"least=1ms"`
}

// Validate wants a link, and an outage that ends within the phase.
func (o *Outage) Validate(c *scenario.Check) {
	if c.Scenario.Link == nil {
		c.Report("do", "there is no link that could fail: have one in the path, such as path: [{link: {rtt: 40ms}}]")
	}
	if left := c.Phase.Work.Demand().For - c.Phase.Due(c.Event); o.For > left {
		c.Report("for", "want at most %v, which is left of the phase when nothing passes any more, not %v", left, o.For)
	}
}

func (*Outage) upsets() upset { return upsetsClients }

func (o *Outage) run(ctx context.Context, t *trial) error {
	return t.link.Outage(ctx, wire.Outage{For: o.For})
}
