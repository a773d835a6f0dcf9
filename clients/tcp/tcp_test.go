package tcp_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/clients/internal/split"
	"github.com/pushbench/pushbench/clients/tcp"
	"github.com/pushbench/pushbench/internal/wire"
)

// outcome is all that the fleet can see of a connection.
type outcome struct {
	Messages []string
	End      string // "clean", "cut" or the error
	Head     bool
}

// play feeds the parts to a decoder. Each part is overwritten once it has been read, so that a slice kept from it would
// show, and what the decoder holds is checked against the limit.
func play(t testing.TB, limit int, parts ...string) (o outcome) {
	t.Helper()
	d := &tcp.Frames{Limit: wire.Limit(limit)}
	emit := func(p []byte) { o.Messages = append(o.Messages, string(p)) }
	for _, part := range parts {
		in := []byte(part)
		_, err := d.Feed(in, emit)
		clear(in)
		if n, room := d.Kept(); limit > 0 && n > 4+limit || n == 0 && room > 0 {
			t.Fatalf("%d bytes held in room for %d, the limit is %d", n, room, limit)
		}
		o.Head = d.Head()
		if err != nil {
			if _, again := d.Feed([]byte("\x00\x00\x00\x01a"), nil); again == nil {
				t.Fatal("fed again after an error")
			}
			o.End = err.Error()
			return o
		}
	}
	switch err := d.EOF(); {
	case err == nil:
		o.End = "clean"
	case errors.Is(err, io.ErrUnexpectedEOF):
		o.End = "cut"
	default:
		t.Fatalf("EOF gives %v", err)
	}
	return o
}

// playEverySplit plays the input cut everywhere.
func playEverySplit(t *testing.T, limit int, input string) outcome {
	t.Helper()
	return split.Everywhere(t, input, func(parts ...string) outcome { return play(t, limit, parts...) })
}

const limit = 300

func frame(payload string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(payload)))) + payload
}

var cases = []struct {
	name, in string
	want     outcome
}{
	{"nothing", "", outcome{nil, "clean", false}},
	{"one", frame("a"), outcome{[]string{"a"}, "clean", true}},
	{"several", frame("a") + frame("bc") + frame("def"), outcome{[]string{"a", "bc", "def"}, "clean", true}},
	{"heartbeats", frame("") + frame("a") + frame("") + frame("") + frame("b"), outcome{[]string{"a", "b"}, "clean", true}},
	{"length of two bytes", frame(strings.Repeat("x", 258)), outcome{[]string{strings.Repeat("x", 258)}, "clean", true}},
	{"at the limit", frame(strings.Repeat("x", limit)), outcome{[]string{strings.Repeat("x", limit)}, "clean", true}},
	{"over the limit", frame("a") + "\x00\x00\x01\x2d", outcome{[]string{"a"}, "tcp: a frame of 301 bytes is over the limit of 300 bytes: a larger size in the scenario raises it", true}},
	{"largest length", "\xff\xff\xff\xff", outcome{nil, "tcp: a frame of 4294967295 bytes is over the limit of 300 bytes: a larger size in the scenario raises it", true}},
	{"cut in a length", frame("a") + "\x00\x00\x00", outcome{[]string{"a"}, "cut", true}},
	{"cut behind a length", "\x00\x00\x00\x01", outcome{nil, "cut", true}},
	{"cut in a payload", frame("a") + "\x00\x00\x00\x02b", outcome{[]string{"a"}, "cut", true}},
}

func TestFrames(t *testing.T) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, playEverySplit(t, limit, c.in)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestLengthAloneAllocatesLittle: the memory of a frame comes with its bytes, not with a promise of them.
func TestLengthAloneAllocatesLittle(t *testing.T) {
	d := tcp.New()
	if _, err := d.Feed([]byte("\x00\x30\x00\x00"), nil); err != nil { // 3 MiB, the default limit
		t.Fatal(err)
	}
	if _, err := d.Feed([]byte("a"), nil); err != nil {
		t.Fatal(err)
	}
	if _, room := d.Kept(); room > 1<<17 {
		t.Errorf("room for %d bytes after 5", room)
	}
	if _, err := tcp.New().Feed([]byte("\x00\x30\x00\x01"), nil); err == nil {
		t.Error("one byte over the default limit was accepted")
	}
}

func TestOpen(t *testing.T) {
	d := tcp.New()
	for after, want := range map[uint64]string{
		wire.Live: "\xff\xff\xff\xff\xff\xff\xff\xff",
		0x0102:    "\x00\x00\x00\x00\x00\x00\x01\x02",
	} {
		if got := string(d.Open(wire.Target{}, after)); got != want {
			t.Errorf("after %d: request %q, want %q", after, got, want)
		}
	}
	if _, err := d.Feed([]byte("\x00"), nil); err != nil || !d.Head() {
		t.Errorf("head %v after a byte, error %v", d.Head(), err)
	}
	if d.Open(wire.Target{}, wire.Live); d.Head() || d.EOF() != nil {
		t.Error("opened again, the decoder still knows the connection before")
	}
}

// A message of the client is a frame as the server's are, and can be sent once the server has answered.
func TestUplink(t *testing.T) {
	d := tcp.New()
	d.Open(wire.Target{}, wire.Live)
	if d.Ready() {
		t.Error("ready before the server has answered")
	}
	if _, err := d.Feed([]byte(frame("hello")), func([]byte) {}); err != nil || !d.Ready() {
		t.Errorf("ready %v behind the first frame, error %v", d.Ready(), err)
	}
	if got, want := string(d.Uplink([]byte("hello"))), frame("hello"); got != want {
		t.Errorf("sends %q, want %q", got, want)
	}
}

// TestNoAllocations holds the cost of the steady state: whole frames are used where they were read.
func TestNoAllocations(t *testing.T) {
	d := tcp.New()
	in := []byte(frame("a") + frame("") + frame("bc"))
	got := 0
	emit := func([]byte) { got++ }
	n := testing.AllocsPerRun(100, func() {
		if _, err := d.Feed(in, emit); err != nil {
			t.Fatal(err)
		}
	})
	if n != 0 || got != 101*2 { // one run is for warming up
		t.Errorf("%v allocations for %d messages", n, got)
	}
}

// TestState holds the size of a connection: thousands of them share a process.
func TestState(t *testing.T) {
	if size := unsafe.Sizeof(tcp.Decoder{}); size > 32 {
		t.Errorf("a decoder takes %d bytes", size)
	}
	d := tcp.New()
	for _, part := range split.Bytes(frame("a") + frame("") + frame("bc")) {
		if _, err := d.Feed([]byte(part), func([]byte) {}); err != nil {
			t.Fatal(err)
		}
	}
	if n, room := d.Kept(); n != 0 || room != 0 {
		t.Errorf("between frames %d bytes are held in room for %d", n, room)
	}
}

func FuzzTCP(f *testing.F) {
	for i, c := range cases {
		f.Add([]byte(c.in), uint64(i))
	}
	f.Fuzz(func(t *testing.T, data []byte, seed uint64) {
		got := play(t, limit, string(data))
		if diff := cmp.Diff(got, play(t, limit, split.Drawn(string(data), seed)...)); diff != "" {
			t.Fatalf("split (-whole +split):\n%s", diff)
		}
		if diff := cmp.Diff(reference(data), got); diff != "" {
			t.Fatalf("-reference +got:\n%s", diff)
		}
	})
}

// reference reads the frames with a blocking reader.
func reference(data []byte) (o outcome) {
	r := bytes.NewReader(data)
	o = outcome{End: "clean", Head: len(data) > 0}
	for {
		var n uint32
		if err := binary.Read(r, binary.BigEndian, &n); errors.Is(err, io.EOF) {
			return o
		} else if err != nil {
			o.End = "cut"
			return o
		}
		if n > limit {
			o.End = fmt.Sprintf("tcp: a frame of %d bytes is over the limit of %d bytes: a larger size in the scenario raises it", n, limit)
			return o
		}
		payload := make([]byte, n)
		if _, err := io.ReadFull(r, payload); err != nil {
			o.End = "cut"
			return o
		}
		if n > 0 {
			o.Messages = append(o.Messages, string(payload))
		}
	}
}
