//go:build !linux

package calibration

import (
	"time"

	"github.com/pushbench/pushbench/internal/wire"
)

// spend keeps its thread busy this long: no clock here counts the CPU time of one thread alone.
func spend(d time.Duration) {
	for end := wire.Now() + int64(d); wire.Now() < end; {
		continue
	}
}
