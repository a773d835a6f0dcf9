package websocket_test

import (
	"bytes"
	"compress/flate"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/pushbench/pushbench/clients/internal/split"
	"github.com/pushbench/pushbench/clients/websocket"
	"github.com/pushbench/pushbench/internal/wire"
)

const (
	// deflated is what gorilla's server answers: the first of the offers.
	deflated = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
	offered  = deflated + "; client_max_window_bits, permessage-deflate; client_max_window_bits"
	// windowed is an answer of a server that keeps a window of 1024 bytes.
	windowed = "permessage-deflate; server_max_window_bits=10"
)

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

// final compresses into blocks of which the last says that it is.
func final(message string) string {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestSpeed)
	if err != nil {
		panic(err)
	}
	_, _ = w.Write([]byte(message))
	_ = w.Close()
	return b.String()
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
	{"hello", frame(text|rsv1, "\xf2\x48\xcd\xc9\xc9\x07\x00"), messages("Hello")},                              // section 7.2.3.1
	{"stored", frame(text|rsv1, "\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"), messages("Hello")},             // section 7.2.3.3
	{"final block", frame(text|rsv1, "\xf3\x48\xcd\xc9\xc9\x07\x00\x00"), messages("Hello")},                    // section 7.2.3.4
	{"two blocks", frame(text|rsv1, "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"), messages("Hello")}, // section 7.2.3.5
	{"final blocks", frame(text|rsv1, final("Hello")+final("Hello")+"\x00"), messages("HelloHello")},
	{"a final block before another", frame(bin|rsv1, final("Hello")+deflate("Hello")), messages("HelloHello")},
	{"a final block at the end", frame(text|rsv1, final("Hello")), messages("Hello")},
	{"final blocks in fragments", frame(textMore|rsv1, final("Hello")) + frame(cont, final("Hello")+"\x00"), messages("HelloHello")},
	{"final blocks over the limit", frame(bin|rsv1, final(x(limit-1))+final("ab")), refused(1009, "a message is over the limit of 70000 bytes: a larger size in the scenario raises it")},
	{"a distance over a final block", frame(bin|rsv1, final("Hello")+"\xf2\x00\x11\x00\x00"), messages("HelloHello")},
	{"a distance over a final block to what is not there", frame(bin|rsv1, final("Hel")+"\xf2\x00\x11\x00\x00"), refused(1007, notInflate)},
	{"garbage behind a final block", frame(bin|rsv1, final("Hello")+"\xff\xff\xff"), refused(1007, notInflate)},
	{"no bytes at all", frame(text|rsv1, "") + frame(binMore|rsv1, "") + frame(cont, ""), messages("", "")},
	{"fragments", frame(textMore|rsv1, "\xf2\x48\xcd") + frame(cont, "\xc9\xc9\x07\x00"), messages("Hello")},            // section 6.1
	{"empty", frame(text|rsv1, "\x00") + frame(text|rsv1, deflate("")) + frame(bin|rsv1, "\x00"), messages("", "", "")}, // section 7.2.3.6
	{"plain among them", frame(text, "a") + frame(text|rsv1, deflate("b")) + frame(textMore, "c") + frame(cont, ""), messages("a", "b", "c")},
	{"control frames between", frame(binMore|rsv1, deflate("ab")[:2]) + frame(ping, "p") + frame(cont, deflate("ab")[2:]), messages("ab").withReplies("pong p")},
	{"much from little", frame(text|rsv1, deflate(x(limit))), messages(x(limit))},
	{"more than the limit", frame(text|rsv1, deflate(x(limit+1))), refused(1009, "a message is over the limit of 70000 bytes: a larger size in the scenario raises it")},
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

// takeovers are messages of a server that keeps its window from one to the next (section 7.2.3.2), as large as it says.
var takeovers = []struct {
	name, in string
	want     outcome
}{
	{"a distance into the message before", frame(text|rsv1, deflate("Hello")) + frame(text|rsv1, "\xf2\x00\x11\x00\x00"), messages("Hello", "Hello")},
	{"over messages without one", frame(text|rsv1, deflate("Hello")) + frame(bin, "\xff") + frame(ping, "p") + frame(text|rsv1, "\x00") + frame(text|rsv1, "\xf2\x00\x11\x00\x00"), messages("Hello", "\xff", "", "Hello").withReplies("pong p")},
	{"in fragments", frame(textMore|rsv1, deflate("Hello")[:2]) + frame(cont, deflate("Hello")[2:]) + frame(textMore|rsv1, "\xf2\x00") + frame(cont, "\x11\x00\x00"), messages("Hello", "Hello")},
	{"over a final block", frame(text|rsv1, deflate("Hell")) + frame(text|rsv1, final("o")+"\xf2\x00\x11\x00\x00"), messages("Hell", "oHello")},
	{"over two final blocks", frame(text|rsv1, deflate("He")) + frame(text|rsv1, final("l")+final("lo")+"\xf2\x00\x11\x00\x00"), messages("He", "lloHello")},
	{"as far as the window", again(noise[:1024], noise[:1024]), messages(noise[:1024], noise[:1024])},
	{"further than the window", again(noise, noise), refused(1007, notInflate, noise)},
}

// noise does not compress, except by what was there before.
var noise = func() string {
	random := rand.New(rand.NewPCG(1, 1))
	b := make([]byte, 2000)
	for i := range b {
		b[i] = byte(random.Uint32())
	}
	return string(b)
}()

// again compresses messages one behind the other, with a window of 32 KiB.
func again(all ...string) (frames string) {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		panic(err)
	}
	for _, m := range all {
		b.Reset()
		_, _ = w.Write([]byte(m))
		_ = w.Flush()
		frames += frame(bin|rsv1, strings.TrimSuffix(b.String(), "\x00\x00\xff\xff"))
	}
	return frames
}

func TestTakeover(t *testing.T) {
	for _, c := range takeovers {
		t.Run(c.name, func(t *testing.T) {
			c.want.Head = true
			got := playEverySplit(t, limit, extended(windowed)+c.in)
			if diff := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestCompressedMessagesWithAWindowCutAnywhere(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var sent bytes.Buffer
		w, _ := flate.NewWriter(&sent, rapid.IntRange(flate.HuffmanOnly, flate.BestCompression).Draw(r, "level"))
		var want []string
		in := extended("permessage-deflate") // 32 KiB, as compress/flate has it
		for range rapid.IntRange(1, 12).Draw(r, "messages") {
			m := strings.Repeat(rapid.StringN(0, 200, 400).Draw(r, "message"), rapid.SampledFrom([]int{1, 2, 90}).Draw(r, "times"))
			want = append(want, m)
			if rapid.Bool().Draw(r, "plain") {
				in += frame(bin, m)
				continue
			}
			sent.Reset()
			_, _ = w.Write([]byte(m))
			_ = w.Flush()
			in += frame(bin|rsv1, strings.TrimSuffix(sent.String(), "\x00\x00\xff\xff"))
		}
		o := play(t, limit, split.Drawn(in, rapid.Uint64().Draw(r, "cut"))...)
		if diff := cmp.Diff(want, o.Messages); diff != "" {
			t.Fatalf("-sent +got:\n%s", diff)
		}
	})
}

// What a connection keeps of a window is what the server said, however much was sent.
func TestAWindowIsAsLargeAsTheServerSays(t *testing.T) {
	for bits, want := range map[string]int{"8": 512, "9": 512, "10": 1024, "15": 32 << 10} {
		d := websocket.New()
		request := d.Open(wire.Target{}, wire.Live)
		in := extended("permessage-deflate; server_max_window_bits=" + bits)
		for range 100 {
			in += frame(bin|rsv1, deflate(x(999)))
		}
		if _, err := d.Feed(answer(t, request, []byte(in)), func([]byte) {}); err != nil {
			t.Fatal(err)
		}
		if n := d.Window(); n != want {
			t.Errorf("%d bytes are kept of a window of %s bits, want %d", n, bits, want)
		}
	}
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
	for i, c := range takeovers {
		f.Add([]byte(c.in), uint64(i))
	}
	f.Fuzz(func(t *testing.T, data []byte, seed uint64) {
		in := string(data)
		got := play(t, fuzzLimit, extended(deflated), in)
		if diff := cmp.Diff(got, play(t, fuzzLimit, append([]string{extended(deflated)}, split.Drawn(in, seed)...)...)); diff != "" {
			t.Fatalf("split (-whole +split):\n%s", diff)
		}
		kept := play(t, fuzzLimit, extended(windowed), in)
		if diff := cmp.Diff(kept, play(t, fuzzLimit, append([]string{extended(windowed)}, split.Drawn(in, seed)...)...)); diff != "" {
			t.Fatalf("split, with a window (-whole +split):\n%s", diff)
		}
		if slices.Contains(got.Messages, skipped) {
			return // gorilla ends there
		}
		// Of what gorilla takes we may refuse some, but what both take must be the same.
		want := readWithGorilla(t, extended(deflated), in)
		// It leaves out what comes behind a final block.
		for i := range min(len(got.Messages), len(want.Messages)) {
			if !strings.HasPrefix(got.Messages[i], want.Messages[i]) {
				t.Fatalf("message %d is %q, gorilla has %q", i, got.Messages[i], want.Messages[i])
			}
		}
		// It refuses a message of no bytes. And it does not wait for the frames behind a final block, so that it may have the
		// message we are in the middle of.
		less := len(want.Messages) - len(got.Messages)
		if less < 0 && want.End != "websocket" || less > 0 && got.End == "clean" || less > 1 && got.End == "cut" {
			t.Fatalf("%d messages, gorilla has %d: %s", len(got.Messages), len(want.Messages), got.End)
		}
	})
}
