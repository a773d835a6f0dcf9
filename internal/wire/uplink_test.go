package wire

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

func TestUplinkRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := Uplink{Client: rapid.Uint32().Draw(t, "client"), Number: rapid.Uint32().Draw(t, "number")}
		size := rapid.IntRange(0, MaxUplink).Draw(t, "size")
		m := want.Message(size)
		if len(m) != max(size, UplinkSize) {
			t.Fatalf("message of %d bytes, want %d", len(m), max(size, UplinkSize))
		}
		if bytes.ContainsAny(m, "\r\n\x00") {
			t.Fatal("a message must be one line of text")
		}
		if _, ok := ParseStamp(m); ok {
			t.Fatal("a message of a client could be taken for one of the server")
		}
		for _, part := range [][]byte{m, m[:UplinkSize]} { // the message, and what confirms it
			if got, ok := ParseUplink(part); !ok || got != want {
				t.Fatalf("got %+v, %v; want %+v", got, ok, want)
			}
		}
	})
}

func FuzzParseUplink(f *testing.F) {
	f.Add([]byte(nil))
	f.Add(Uplink{Client: 1, Number: 2}.Message(64))
	f.Add(Payload(Stamp{Seq: 1, Intended: 2}, 64))
	f.Add([]byte("~______AAAAAA")) // a number of more than 32 bits
	f.Fuzz(func(t *testing.T, p []byte) {
		u, ok := ParseUplink(p)
		if ok && !bytes.Equal(u.Message(0), p[:UplinkSize]) {
			t.Errorf("%q is read as %+v", p, u)
		}
	})
}

func TestOrdersToSendAreChecked(t *testing.T) {
	for _, c := range []struct {
		order interface{ Check() error }
		good  bool
	}{
		{Send{Rate: 0.1, Count: 1, Size: StampSize}, true},
		{Send{Rate: MaxUplinkRate, Count: MaxCount, Size: MaxUplink}, true},
		{Send{Rate: 0, Count: 1, Size: 64}, false},
		{Send{Rate: MaxUplinkRate + 1, Count: 1, Size: 64}, false},
		{Send{Rate: 1, Count: 0, Size: 64}, false},
		{Send{Rate: 1, Count: MaxCount + 1, Size: 64}, false},
		{Send{Rate: 1, Count: 1, Size: StampSize - 1}, false},
		{Send{Rate: 1, Count: 1, Size: MaxUplink + 1}, false},
		{OpenUplinks{Agents: 1}, true},
		{OpenUplinks{PerSecond: 100, Agent: 1, Agents: 2}, true},
		{OpenUplinks{PerSecond: -1, Agents: 1}, false},
		{OpenUplinks{Agent: 1, Agents: 1}, false},
	} {
		if err := c.order.Check(); (err == nil) != c.good {
			t.Errorf("%+v: %v", c.order, err)
		}
	}
}
