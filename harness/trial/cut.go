package trial

import (
	"context"

	"github.com/pushbench/pushbench/harness/scenario"
)

// Cut has the server end every connection.
type Cut struct{}

// Validate wants servers that can be asked to.
func (*Cut) Validate(c *scenario.Check) {
	if name, ok := c.External(); ok {
		c.Report("do", "lane %s is not part of pushbench and cannot be asked to end its connections", name)
	}
}

func (*Cut) upsets() upset { return upsetsAll }

func (*Cut) run(ctx context.Context, t *trial) error { return t.server.Cut(ctx) }
