package load

import (
	"errors"
	"testing"

	"github.com/pushbench/pushbench/internal/wire"
)

func TestTallyCountsEachMessageOnce(t *testing.T) {
	tally := newTally(Plan{Connections: 1, Messages: 3})
	n := &notes{tally: tally}
	for _, s := range []wire.Stamp{{}, {Seq: 1, Intended: 1}, {Seq: 1, Intended: 1}, {Seq: 3, Intended: 1}, {Seq: 2, Intended: 1}, {}} {
		if err := n.text(string(wire.Payload(s, 128))); err != nil {
			t.Fatal(err)
		}
	}
	// The repeated 1, the late 2 and the second greeting are odd; the late one was counted as missing.
	if c := tally.count(); c != (Count{Open: 1, Received: 2, Odd: 3}) {
		t.Errorf("got %+v", c)
	}
	select {
	case <-tally.complete:
		t.Error("complete without every message")
	default:
	}
	if err := n.message([]byte("hello")); !errors.Is(err, errStamp) {
		t.Errorf("a foreign message gave %v", err)
	}
	tally.end(n, nil)
	if c := tally.count(); c.Open != 0 || c.Cause == "" {
		t.Errorf("after the end: %+v", c)
	}
}
