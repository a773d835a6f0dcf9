package trial

import (
	"context"

	"github.com/pushbench/pushbench/harness/scenario"
)

// GC forces a collection of the server's garbage.
type GC struct{}

// Validate wants servers that can be asked to.
func (*GC) Validate(c *scenario.Check) {
	if name, ok := c.External(); ok {
		c.Report("do", "lane %s is not part of pushbench and cannot be asked to collect its garbage", name)
	}
}

func (*GC) upsets() upset { return upsetsNothing }

func (*GC) run(ctx context.Context, t *trial) error { return t.server.Collect(ctx) }
