package websocket_test

import (
	"fmt"
	"strings"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/clients/internal/split"
	"github.com/pushbench/pushbench/clients/websocket"
)

const limit = 70_000 // above the length that needs 64 bits

// First bytes of frames.
const (
	text, bin, cont             = 0x81, 0x82, 0x80 // the last of a message
	textMore, binMore, contMore = 0x01, 0x02, 0x00
	ping, pong                  = 0x89, 0x8a
)

func messages(m ...string) outcome { return outcome{Messages: m, End: "cut"} }

// refused is the outcome when the connection is failed with a code, after some messages.
func refused(code int, text string, m ...string) outcome {
	return outcome{
		Messages: m, Replies: []string{fmt.Sprint("close ", code)},
		End: fmt.Sprintf("websocket: %s (%d)", text, code),
	}
}

func (o outcome) withReplies(r ...string) outcome {
	o.Replies = append(r, o.Replies...)
	return o
}

func closed(code int, ended string, replies ...string) outcome {
	return outcome{Replies: replies, End: "clean", Code: code, Ended: ended}
}

const (
	reserved   = "reserved bits are set"
	badControl = "a control frame is fragmented or longer than 125 bytes"
	notUTF8    = "a text message is not UTF-8"
)

// x returns a text of n bytes.
func x(n int) string { return strings.Repeat("x", n) }

// frames are the rules of sections 5 to 8.
var frames = []struct {
	name, in string
	want     outcome
}{
	{"text", frame(text, "hello"), messages("hello")},
	{"binary", frame(bin, "\x00\xff"), messages("\x00\xff")},
	{"empty", frame(text, "") + frame(bin, ""), messages("", "")},
	{"several", frame(text, "a") + frame(bin, "b") + frame(text, "c"), messages("a", "b", "c")},
	{"125 bytes", frame(text, x(125)), messages(x(125))},
	{"126 bytes", frame(text, x(126)), messages(x(126))},
	{"300 bytes", frame(bin, x(300)) + frame(text, "a"), messages(x(300), "a")},
	{"cut in a head", frame(text, "a") + "\x82\x7e\x01", messages("a")},
	{"cut in a payload", frame(text, "a") + "\x82\x02b", messages("a")},

	{"fragments", frame(textMore, "a") + frame(contMore, "b") + frame(cont, "c") + frame(bin, "d"), messages("abc", "d")},
	{"empty fragments", frame(binMore, "") + frame(contMore, "") + frame(cont, ""), messages("")},
	{
		"control frames between", frame(textMore, "a") + frame(ping, "p") + frame(contMore, "b") + frame(pong, "q") + frame(cont, ""),
		messages("ab").withReplies("pong p"),
	},
	{"close between", frame(textMore, "a") + closing(1000, ""), closed(1000, "close 1000", "close 1000")},
	{"unfinished message", frame(textMore, "a") + frame(contMore, "b"), messages()},
	{"continuation of nothing", frame(cont, "a"), refused(1002, "a continuation has no message to continue")},
	{"continuation after the end", frame(textMore, "a") + frame(cont, "b") + frame(cont, "c"), refused(1002, "a continuation has no message to continue", "ab")},
	{"message inside another", frame(textMore, "a") + frame(text, "b"), refused(1002, "a message begins inside another")},
	{"binary inside text", frame(textMore, "a") + frame(binMore, "b"), refused(1002, "a message begins inside another")},

	{"RSV1", frame(text, "a") + frame(text|0x40, "b"), refused(1002, reserved, "a")},
	{"RSV2", frame(text|0x20, "b"), refused(1002, reserved)},
	{"RSV3", frame(ping|0x10, "b"), refused(1002, reserved)},
	{"masked", "\x81\x81\x00\x00\x00\x00a", refused(1002, "the server masked a frame")},
	{"opcode 3", frame(0x83, ""), refused(1002, "opcode 3 is reserved")},
	{"opcode 7", frame(0x87, "a"), refused(1002, "opcode 7 is reserved")},
	{"opcode 11", frame(0x8b, ""), refused(1002, "opcode 11 is reserved")},
	{"opcode 15", frame(0x8f, ""), refused(1002, "opcode 15 is reserved")},
	{"125 in 16 bits", "\x82\x7e\x00\x7d" + x(125), refused(1002, "a length of 125 is not in its shortest form")},
	{"65535 in 64 bits", "\x82\x7f\x00\x00\x00\x00\x00\x00\xff\xff", refused(1002, "a length of 65535 is not in its shortest form")},
	{"top bit of a length", "\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x00", refused(1002, "the top bit of a length is set")},

	{"ping", frame(ping, "") + frame(text, "a") + frame(ping, x(125)), messages("a").withReplies("pong ", "pong "+x(125))},
	{"ping of any bytes", frame(ping, "\xff\x00"), messages().withReplies("pong \xff\x00")},
	{"pong not asked for", frame(pong, "a") + frame(pong, ""), messages()},
	{"ping too long", "\x89\x7e\x00\x7e" + x(126), refused(1002, badControl)},
	{"close too long", "\x88\x7f", refused(1002, badControl)},
	{"fragmented ping", frame(0x09, "a"), refused(1002, badControl)},
	{"fragmented close", frame(0x08, ""), refused(1002, badControl)},
	{"pongs before a refusal", frame(ping, "a") + frame(0x83, ""), refused(1002, "opcode 3 is reserved").withReplies("pong a")},

	{"close", closing(1000, ""), closed(1000, "close 1000", "close 1000")},
	{"close without a code", frame(0x88, ""), closed(1005, "close without a code", "close")},
	{"close with a reason", closing(1001, "going ä"), closed(1001, `close 1001 "going ä"`, "close 1001")},
	{"close for a restart", closing(1012, "back soon"), closed(1012, `close 1012 "back soon"`, "close 1012")},
	{"close with a long reason", closing(1001, x(123)), closed(1001, `close 1001 "`+x(123)+`"`, "close 1001")},
	{"nothing after close", closing(1000, "") + frame(text, "a") + frame(ping, "b"), closed(1000, "close 1000", "close 1000")},
	{"half a code", frame(0x88, "\x03"), refused(1002, "a close frame has half a code")},
	{"reason not UTF-8", closing(1000, "\xff"), refused(1007, "the reason of a close frame is not UTF-8")},
	{"reason cut in a character", closing(1000, "\xc3"), refused(1007, "the reason of a close frame is not UTF-8")},

	{"characters", frame(text, "aäö€\U0001f600"), messages("aäö€\U0001f600")},
	{
		"character cut by fragments", frame(textMore, "\xf0") + frame(contMore, "\x9f\x98") + frame(ping, "") + frame(contMore, "") + frame(cont, "\x80!"),
		messages("\U0001f600!").withReplies("pong "),
	},
	{"not UTF-8", frame(text, "a\xff"), refused(1007, notUTF8)},
	{"continuation bytes alone", frame(text, "\x80\x80"), refused(1007, notUTF8)},
	{"overlong", frame(text, "\xc0\xaf"), refused(1007, notUTF8)},
	{"surrogate", frame(text, "\xed\xa0\x80"), refused(1007, notUTF8)},
	{"beyond Unicode", frame(text, "\xf4\x90\x80\x80"), refused(1007, notUTF8)},
	{"ends in a character", frame(text, "a\xe2\x82"), refused(1007, "a text message ends inside a character")},
	{"ends in a character, fragments", frame(textMore, "\xe2") + frame(cont, "\x82"), refused(1007, "a text message ends inside a character")},
	{"not UTF-8 in the second fragment", frame(textMore, "\xe2\x82") + frame(contMore, "a"), refused(1007, notUTF8)},
	{"refused before the message is whole", "\x81\x7d\xf4\x90", refused(1007, notUTF8)},
	{"binary need not be UTF-8", frame(binMore, "\xff") + frame(cont, "\xc3"), messages("\xff\xc3")},
}

func TestFrames(t *testing.T) {
	for _, c := range frames {
		t.Run(c.name, func(t *testing.T) {
			want := c.want
			want.Head = true
			if diff := cmp.Diff(want, playEverySplit(t, limit, c.in)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestLimit(t *testing.T) {
	const limit = 300
	over := messages(skipped)
	for _, c := range []struct {
		name, in string
		want     outcome
	}{
		{"at the limit", frame(bin, x(300)), messages(x(300))},
		{"over", frame(bin, x(301)), over},
		{"refused by its head", frame(text, x(301))[:4], over},
		{"fragments at the limit", frame(textMore, x(100)) + frame(contMore, x(200)) + frame(cont, ""), messages(x(300))},
		{"fragments over", frame(textMore, x(100)) + frame(contMore, x(200)) + frame(cont, "x"), over},
		{"64 bits", "\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff", over},
		{"others around", frame(text, "a") + frame(text, x(301)) + frame(text, "b"), messages("a", skipped, "b")},
		{"others around fragments", frame(textMore, x(200)) + frame(contMore, x(200)) + frame(contMore, "\xff") + frame(cont, "") + frame(text, "b"), messages(skipped, "b")},
		{"control frames within", frame(textMore, x(301)) + frame(ping, "p") + frame(cont, "x") + frame(text, "b"), messages(skipped, "b").withReplies("pong p")},
		{"per message", frame(text, x(300)) + frame(textMore, x(300)) + frame(cont, "") + frame(text, x(300)), messages(x(300), x(300), x(300))},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.want.Head = true
			if diff := cmp.Diff(c.want, playEverySplit(t, limit, c.in)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestLongForm takes lengths of 64 bits, which are too long to be cut everywhere.
func TestLongForm(t *testing.T) {
	for _, n := range []int{1<<16 - 1, 1 << 16, limit} {
		in := frame(text, x(n)) + frame(text, "a")
		want := messages(x(n), "a")
		want.Head = true
		for i, parts := range [][]string{
			{in}, split.Drawn(in, 1), {in[:1], in[1:9], in[9:11], in[11:]},
		} {
			if diff := cmp.Diff(want, play(t, limit, parts...)); diff != "" {
				t.Errorf("%d bytes, split %d (-want +got):\n%s", n, i, diff)
			}
		}
	}
}

// TestLengthAloneAllocatesLittle: the memory of a message comes with its bytes, not with a promise of them.
func TestLengthAloneAllocatesLittle(t *testing.T) {
	d := opened(t, 0)
	if _, err := d.Feed([]byte("\x82\x7f\x00\x00\x00\x00\x00\x30\x00\x00a"), nil); err != nil { // 3 MiB, the default limit
		t.Fatal(err)
	}
	if _, room := d.Kept(); room > 1<<17 {
		t.Errorf("room for %d bytes after one", room)
	}
	over := 0
	if _, err := opened(t, 0).Feed([]byte("\x82\x7f\x00\x00\x00\x00\x00\x30\x00\x01"), func([]byte) { over++ }); err != nil || over != 1 {
		t.Errorf("one byte over the default limit gives %v, and is said %d times", err, over)
	}
}

// TestCloseCodes takes every code there is (section 7.4).
func TestCloseCodes(t *testing.T) {
	valid := func(code int) bool {
		return code >= 1000 && code <= 1003 || code >= 1007 && code <= 1014 || code >= 3000 && code <= 4999
	}
	d := opened(t, 0)
	for code := range 1 << 16 {
		one := *d
		reply, err := one.Feed([]byte(closing(uint16(code), "")), nil)
		want, wantCode := fmt.Sprint("close ", code), code
		if !valid(code) {
			want, wantCode = "close 1002", 0
		}
		got := unmask(t, reply)
		if len(got) != 1 || got[0] != want || one.Code() != wantCode || (one.EOF() == nil && err == nil) {
			t.Fatalf("code %d: replies %q, Code %d, error %v", code, got, one.Code(), err)
		}
	}
}

// TestClientCloses: the client's close comes first, the server's answers it and is not answered again.
func TestClientCloses(t *testing.T) {
	d := opened(t, 0)
	if got := unmask(t, d.Close()); len(got) != 1 || got[0] != "close 1000" {
		t.Fatalf("Close gives %q", got)
	}
	if again := d.Close(); again != nil {
		t.Errorf("a second close frame: %q", again)
	}
	var got []string
	reply, err := d.Feed([]byte(frame(text, "late")+frame(ping, "p")), func(p []byte) { got = append(got, string(p)) })
	if err != nil || len(got) != 1 || unmask(t, reply)[0] != "pong p" {
		t.Errorf("before the answer: messages %q, reply %q, error %v", got, reply, err)
	}
	if err := d.EOF(); err == nil {
		t.Error("the connection may end before the answer")
	}
	reply, err = d.Feed([]byte(closing(1000, "")), nil)
	if reply != nil || d.EOF() != nil || err == nil {
		t.Errorf("the answer: reply %q, error %v, EOF %v", reply, err, d.EOF())
	}
	if d.Close() != nil || websocket.New().Close() != nil {
		t.Error("Close returns bytes on a connection that is not open")
	}
	refusing := opened(t, 0)
	refusing.Close()
	if reply, err := refusing.Feed([]byte(frame(0x83, "")), nil); reply != nil || err == nil {
		t.Errorf("a refusal after Close: reply %q, error %v", reply, err)
	}
}

func TestMasksDiffer(t *testing.T) {
	d := opened(t, 0)
	seen := map[string]bool{}
	for range 8 {
		reply, err := d.Feed([]byte(frame(ping, "")), nil)
		if err != nil {
			t.Fatal(err)
		}
		seen[string(reply[2:6])] = true
	}
	if len(seen) < 7 { // two of eight are equal once in 150 million runs
		t.Errorf("%d masks in 8 frames", len(seen))
	}
}

// TestNoAllocations holds the cost of the steady state: whole frames are used where they were read.
func TestNoAllocations(t *testing.T) {
	d := opened(t, 0)
	in := []byte(frame(text, x(100)) + frame(pong, "heartbeat") + frame(bin, x(200)) + frame(text, ""))
	got := 0
	emit := func([]byte) { got++ }
	n := testing.AllocsPerRun(100, func() {
		if _, err := d.Feed(in, emit); err != nil {
			t.Fatal(err)
		}
	})
	if n != 0 || got != 101*3 { // one run is for warming up
		t.Errorf("%v allocations for %d messages", n, got)
	}
}

// TestState holds the size of a connection: thousands of them share a process.
func TestState(t *testing.T) {
	if size := unsafe.Sizeof(websocket.Decoder{}); size > 16 {
		t.Errorf("a decoder takes %d bytes", size)
	}
	d := opened(t, 0)
	if !d.Bare() {
		t.Error("memory is held behind the handshake")
	}
	for _, message := range []string{
		frame(text, "") + frame(bin, "a") + frame(ping, "") + frame(text, x(300)),
		frame(text, x(1<<16)),
		frame(textMore, "\xc3") + frame(ping, "p") + frame(contMore, "") + frame(cont, "\xa4"),
		frame(binMore, "") + frame(cont, ""),
		frame(pong, "p"),
	} {
		for _, part := range split.Bytes(message) {
			if _, err := d.Feed([]byte(part), func([]byte) {}); err != nil {
				t.Fatal(err)
			}
		}
		if !d.Bare() {
			t.Errorf("memory is held behind %.20q", message)
		}
	}
}
