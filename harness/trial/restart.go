package trial

import (
	"context"

	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/wire"
)

// Restart ends a server process, and has a fresh one take its address.
type Restart struct {
	Server int    `json:"server" jsonschema:"minimum=1,maximum=64,default=1" jsonschema_description:"Which of the servers, from 1 on. Default: 1."`
	Signal string `json:"signal" jsonschema:"enum=TERM,enum=KILL,default=TERM" jsonschema_description:"TERM: it ends its connections in order, as in a deployment; KILL: it is gone at once. Default: TERM."`
}

// Validate wants a server that is there and may be restarted, messages that outlive it, and clients that come back.
func (r *Restart) Validate(c *scenario.Check) {
	if name, ok := c.Attached(); ok {
		c.Report("do", "lane %s is not started by pushbench and will not be restarted by it", name)
	} else if name, ok := c.External(); ok {
		c.Report("do", "lane %s is not part of pushbench: what publishes to it would not outlive a restart", name)
	}
	if c.Scenario.Servers == 0 {
		return // errors elsewhere leave the other keys unread
	}
	if r.Server > c.Scenario.Servers {
		c.Report("server", "want 1 to %d, as many servers as the scenario has, not %d", c.Scenario.Servers, r.Server)
	}
	if c.Scenario.Publisher != scenario.PublisherSeparate {
		c.Report("do", "messages that a server publishes itself end with it: set publisher: separate")
	}
	if c.Scenario.Fleet.Reconnect.Policy == wire.ReconnectNone {
		c.Report("do", "no client would come back: set fleet.reconnect.policy")
	}
}

func (*Restart) upsets() upset { return upsetsAll }

func (r *Restart) run(ctx context.Context, t *trial) error {
	if err := t.separated.End(ctx, r.Server-1, r.Signal == "KILL"); err != nil {
		if ctx.Err() != nil {
			return err
		}
		t.ending = append(t.ending, err.Error()) // what a server does when it is stopped is no evidence against a figure
	}
	return t.separated.Replace(ctx, r.Server-1)
}
