package trial

import (
	"context"

	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/wire"
)

// Blackhole lets clients die without a FIN.
type Blackhole struct {
	Share float64 `json:"share" jsonschema:"required,exclusiveMinimum=0,maximum=1" jsonschema_description:"Of the connections. Required."`
}

// Validate finds nothing: the schema is enough.
func (*Blackhole) Validate(*scenario.Check) {}

func (*Blackhole) upsets() upset { return upsetsClients }

func (b *Blackhole) run(ctx context.Context, t *trial) error {
	return t.fleet.Blackhole(ctx, wire.Blackhole{Share: b.Share})
}
