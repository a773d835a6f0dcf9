package websocket_test

import (
	"bytes"
	"compress/flate"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/pushbench/pushbench/clients/internal/split"
	"github.com/pushbench/pushbench/clients/websocket"
	"github.com/pushbench/pushbench/internal/wire"
)

// deflated is what is offered, and what gorilla's server answers.
const deflated = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

// extended returns the head of a response with extensions.
func extended(value string) string {
	return strings.Replace(head, "\r\n\r\n", "\r\nSec-WebSocket-Extensions: "+value+"\r\n\r\n", 1)
}

// deflate compresses a message as a sender does (RFC 7692 section 7.2.1).
func deflate(message string) string {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestSpeed)
	if err != nil {
		panic(err)
	}
	_, _ = w.Write([]byte(message))
	_ = w.Flush()
	return strings.TrimSuffix(b.String(), "\x00\x00\xff\xff")
}

const (
	rsv1       = 0x40
	notInflate = "a message does not inflate"
)

// compressed are the rules of RFC 7692, sections 6 and 7.
var compressed = []struct {
	name, in string
	want     outcome
}{
	{"hello", frame(text|rsv1, "\xf2\x48\xcd\xc9\xc9\x07\x00"), messages("Hello")},                                      // section 7.2.3.1
	{"stored", frame(text|rsv1, "\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"), messages("Hello")},                     // section 7.2.3.3
	{"final block", frame(text|rsv1, "\xf3\x48\xcd\xc9\xc9\x07\x00\x00"), messages("Hello")},                            // section 7.2.3.4
	{"two blocks", frame(text|rsv1, "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"), messages("Hello")},         // section 7.2.3.5
	{"fragments", frame(textMore|rsv1, "\xf2\x48\xcd") + frame(cont, "\xc9\xc9\x07\x00"), messages("Hello")},            // section 6.1
	{"empty", frame(text|rsv1, "\x00") + frame(text|rsv1, deflate("")) + frame(bin|rsv1, "\x00"), messages("", "", "")}, // section 7.2.3.6
	{"plain among them", frame(text, "a") + frame(text|rsv1, deflate("b")) + frame(textMore, "c") + frame(cont, ""), messages("a", "b", "c")},
	{"control frames between", frame(binMore|rsv1, deflate("ab")[:2]) + frame(ping, "p") + frame(cont, deflate("ab")[2:]), messages("ab").withReplies("pong p")},
	{"much from little", frame(text|rsv1, deflate(x(limit))), messages(x(limit))},
	{"more than the limit", frame(text|rsv1, deflate(x(limit+1))), refused(1009, "message is over the limit of 70000 bytes")},
	{"not UTF-8", frame(bin|rsv1, deflate("\xff")) + frame(text|rsv1, deflate("\xff")), refused(1007, notUTF8, "\xff")},
	{"bytes that are not UTF-8 until inflated", frame(textMore|rsv1, deflate("ä")[:2]) + frame(cont, deflate("ä")[2:]), messages("ä")},
	{"garbage", frame(text|rsv1, "\xff\xff\xff"), refused(1007, notInflate)},
	{"a distance into the message before", frame(text|rsv1, deflate("Hello")) + frame(text|rsv1, "\xf2\x00\x11\x00\x00"), refused(1007, notInflate, "Hello")}, // section 7.2.3.2
	{"RSV1 in a continuation", frame(textMore|rsv1, "\xf2") + frame(cont|rsv1, ""), refused(1002, reserved)},
	{"RSV1 in a ping", frame(ping|rsv1, ""), refused(1002, reserved)},
	{"RSV2 too", frame(text|rsv1|0x20, "\x00"), refused(1002, reserved)},
}

func TestCompressedFrames(t *testing.T) {
	for _, c := range compressed {
		t.Run(c.name, func(t *testing.T) {
			c.want.Head = true
			got := playEverySplit(t, limit, extended(deflated)+c.in)
			if diff := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestCompressedMessagesCutAnywhere(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var want []string
		in := extended(deflated)
		for range rapid.IntRange(1, 5).Draw(r, "messages") {
			m := rapid.StringN(0, 200, 400).Draw(r, "message")
			want = append(want, m)
			in += frame(bin|rsv1, deflate(m))
		}
		o := play(t, limit, split.Drawn(in, rapid.Uint64().Draw(r, "cut"))...)
		if diff := cmp.Diff(want, o.Messages); diff != "" {
			t.Fatalf("-sent +got:\n%s", diff)
		}
	})
}

// A connection that may be sent compressed messages keeps no more than another.
func TestCompressionHoldsNothing(t *testing.T) {
	d := websocket.New()
	request := d.Open(wire.Target{}, wire.Live)
	if _, err := d.Feed(answer(t, request, []byte(extended(deflated)+frame(text|rsv1, deflate("a")))), func([]byte) {}); err != nil {
		t.Fatal(err)
	}
	if !d.Bare() {
		t.Error("something is held between messages")
	}
}

func FuzzDeflate(f *testing.F) {
	for i, c := range compressed {
		f.Add([]byte(c.in), uint64(i))
	}
	f.Fuzz(func(t *testing.T, data []byte, seed uint64) {
		in := string(data)
		got := play(t, fuzzLimit, extended(deflated), in)
		if diff := cmp.Diff(got, play(t, fuzzLimit, append([]string{extended(deflated)}, split.Drawn(in, seed)...)...)); diff != "" {
			t.Fatalf("split (-whole +split):\n%s", diff)
		}
		// Of what gorilla takes we may refuse some, but what both take must be the same.
		want := readWithGorilla(t, extended(deflated), in)
		n := min(len(got.Messages), len(want.Messages))
		if diff := cmp.Diff(want.Messages[:n], got.Messages[:n], cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("-gorilla +got:\n%s", diff)
		}
		// It does not wait for the frames behind a final block, so that it may have the message we are in the middle of.
		if less := len(want.Messages) - len(got.Messages); less < 0 || less > 0 && got.End == "clean" || less > 1 && got.End == "cut" {
			t.Fatalf("%d messages, gorilla has %d: %s", len(got.Messages), len(want.Messages), got.End)
		}
	})
}
