package tcp

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/pushbench/pushbench/servers/hub"
)

func framed(message string) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(message))), message...)
}

// Whatever a subscriber sends, the loop's dialect says the same of it in pieces as of the whole, and holds no more than one
// message.
func FuzzReceive(f *testing.F) {
	f.Add(framed("ab"), uint8(1))
	f.Add(append(framed("ab"), framed("cdefgh")...), uint8(3))
	f.Add([]byte{0, 0, 0, 0}, uint8(2))
	f.Add([]byte{0, 0, 0x10, 1}, uint8(4))
	h := hub.New(hub.Config{History: 1, Receive: func(message []byte) []byte {
		return message[:min(len(message), 2)] // of nothing: nothing
	}})
	f.Cleanup(h.Close)
	f.Fuzz(func(t *testing.T, in []byte, size uint8) {
		e := Epoll{Hub: h}
		used, whole, wholeErr := e.Receive(in)
		if used > len(in) || wholeErr == nil && len(in)-used >= headSize+hub.MaxUplink {
			t.Fatalf("%d of %d bytes used, error %v", used, len(in), wholeErr)
		}
		var pending, pieces []byte
		var err error
		for rest := in; len(rest) > 0 && err == nil; {
			n := min(max(int(size), 1), len(rest))
			pending, rest = append(pending, rest[:n]...), rest[n:]
			var reply []byte
			var took int
			took, reply, err = e.Receive(pending)
			pending, pieces = bytes.Clone(pending[took:]), append(pieces, reply...)
		}
		if (err == nil) != (wholeErr == nil) || !bytes.Equal(whole, pieces) {
			t.Fatalf("whole: %q, %v; in pieces of %d: %q, %v", whole, wholeErr, size, pieces, err)
		}
	})
}
