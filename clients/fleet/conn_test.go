package fleet

import (
	"testing"
	"unsafe"
)

// TestState holds what an idle client takes beside its decoder: tens of thousands share a process, and one cache line is
// what a message then has to fetch.
func TestState(t *testing.T) {
	if size := unsafe.Sizeof(conn{}); size > 64 {
		t.Errorf("a client takes %d bytes", size)
	}
}
