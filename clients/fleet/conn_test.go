package fleet

import (
	"math"
	"testing"
	"time"
	"unsafe"

	"github.com/pushbench/pushbench/internal/wire"
)

// TestState holds what an idle client takes beside its decoder: tens of thousands share a process, and one cache line is
// what a message then has to fetch.
func TestState(t *testing.T) {
	if size := unsafe.Sizeof(conn{}); size > 64 {
		t.Errorf("a client takes %d bytes", size)
	}
}

// No message arrives after it has been read, whatever is done to the clock its stamp is of.
func TestStampsAreNotOfTheFuture(t *testing.T) {
	r := newRecorder(0, &Fleet{})
	for _, c := range []struct {
		stamp int64
		user  uint64
	}{{wire.Now(), 0}, {0, 1}, {math.MaxInt64, 2}, {wire.Now() - int64(time.Second), 2}} {
		before := wire.Now()
		r.arrival(&conn{}, c.stamp)
		if now := wire.Now(); r.now > now || r.now != c.stamp && r.now < before || r.UserStamped != c.user {
			t.Errorf("%d is taken for %d at %d, %d were stamped here, want %d", c.stamp, r.now, now, r.UserStamped, c.user)
		}
	}
}
