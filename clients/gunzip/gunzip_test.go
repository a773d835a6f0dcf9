package gunzip_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/clients/gunzip"
	"github.com/pushbench/pushbench/clients/sse"
	"github.com/pushbench/pushbench/internal/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	patience = 20 * time.Second
	ok       = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
	zipped   = ok + "Content-Encoding: gzip\r\n"
)

// serve takes connections and has each answered once its request is there.
func serve(t *testing.T, answer func(conn net.Conn)) wire.Target {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var handlers sync.WaitGroup
	handlers.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			handlers.Go(func() {
				defer conn.Close()
				if _, err := conn.Read(make([]byte, 4096)); err == nil {
					answer(conn)
				}
			})
		}
	})
	t.Cleanup(func() { l.Close(); handlers.Wait() })
	return wire.Target{Transport: "sse", Address: l.Addr().String(), Path: "/events", Gzip: true}
}

// bytewise writes a response a byte at a time: what is read of it is cut anywhere.
func bytewise(response string) func(net.Conn) {
	return func(conn net.Conn) {
		for i := range response {
			if _, err := conn.Write([]byte(response[i : i+1])); err != nil {
				return
			}
		}
	}
}

// trace is a connection trace that records nothing.
type trace struct{}

func (trace) Connected()   {}
func (trace) Joined()      {}
func (trace) Secured(bool) {}
func (trace) Answered()    {}

func open(t *testing.T, d gunzip.Dialer, dial fleet.Dial) io.ReadWriteCloser {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	dial.Request = sse.New().Open(*dial.Target, wire.Live)
	stream, err := d.Open(ctx, dial, trace{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stream.Close() })
	return stream
}

// flushed is the empty block with which a flush ends.
const flushed = "\x00\x00\xff\xff"

// compress flushes behind every part.
func compress(parts ...string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	for _, part := range parts {
		w.Write([]byte(part))
		w.Flush()
	}
	w.Close()
	return b.String()
}

func chunked(body string) string {
	const size = 7
	out := "Transfer-Encoding: chunked\r\n\r\n"
	for body != "" {
		n := min(size, len(body))
		out += fmt.Sprintf("%x\r\n%s\r\n", n, body[:n])
		body = body[n:]
	}
	return out + "0\r\n\r\n"
}

func changed(stream string, at int) string {
	b := []byte(stream)
	b[at] ^= 0xff
	return string(b)
}

func TestResponses(t *testing.T) {
	text := strings.Repeat("data: {\"symbol\":\"ACME\",\"price\":103.27}\n\n", 8)
	whole := compress(text[:30], text[30:])
	first, _, _ := strings.Cut(whole, flushed) // as far as the first part was flushed
	first += flushed
	const cut = "in a gzip stream: unexpected EOF"
	for _, c := range []struct{ name, response, body, end string }{
		{"until the end of the connection", zipped + "\r\n" + whole, text, ""},
		{"of known length", zipped + fmt.Sprintf("Content-Length: %d\r\n\r\n", len(whole)) + whole, text, ""},
		{"in chunks", zipped + chunked(whole), text, ""},
		{"by the old name", ok + "content-encoding: X-GZIP\r\n\r\n" + whole, text, ""},
		{"behind an interim response", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + zipped + "\r\n" + whole, text, ""},
		{"in members", zipped + "\r\n" + whole + compress("data: b\n\n"), text + "data: b\n\n", ""},
		{"nothing", zipped + "\r\n", "", ""},
		{"nothing, by its length", zipped + "Content-Length: 0\r\n\r\n", "", ""},
		{"not compressed", ok + "\r\n" + text, text, ""},
		{"not compressed, in chunks", ok + chunked(text), text, ""},
		{"in another coding", ok + "Content-Encoding: br\r\n\r\nab", "ab", ""},
		{"cut", zipped + "\r\n" + first, text[:30], cut},
		{"cut in its trailer", zipped + "\r\n" + whole[:len(whole)-1], text, cut},
		{"cut in the second member", zipped + "\r\n" + whole + whole[:9], text, cut},
		{"cut, and its chunks are whole", zipped + chunked(first), text[:30], cut},
		{"its chunks are cut", strings.TrimSuffix(zipped+chunked(whole), "0\r\n\r\n"), text, cut},
		{"not gzip", zipped + "\r\n" + text, "", "gzip: invalid header"},
		{"corrupt", zipped + "\r\n" + whole[:10] + "\x07" + whole[11:], "", "a gzip stream is corrupt"},
		{"a wrong checksum", zipped + "\r\n" + changed(whole, len(whole)-5), text, "gzip: invalid checksum"},
		{"cut in the head", "HTTP/1.1 200 OK\r\nContent-Ty", "", `in the response head: malformed MIME header: missing colon: "Content-Ty"`},
		{"no response", "", "", "in the response head: unexpected EOF"},
		{"no HTTP", "data: a\n\n", "", `in the response head: malformed HTTP status code "a"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			target := serve(t, bytewise(c.response))
			got, err := io.ReadAll(open(t, gunzip.New(), fleet.Dial{Target: &target}))
			head, body, _ := strings.Cut(string(got), "\r\n\r\n")
			end := ""
			if err != nil {
				end = err.Error()
			}
			if diff := cmp.Diff([]string{c.body, c.end}, []string{body, end}); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if strings.Contains(head, "gzip") || head != "" && !strings.Contains(head, "text/event-stream") {
				t.Errorf("head %q", head)
			}
		})
	}
}

// Whatever was flushed is there: a message does not wait for the next. What was read is counted as it came.
func TestWhatWasFlushedIsThereAtOnce(t *testing.T) {
	const messages = 20
	message := func(n int) string { return fmt.Sprintf("data: %d %s\n\n", n, strings.Repeat("x", 100*n)) }
	had := make(chan struct{})
	sent := 0
	target := serve(t, func(conn net.Conn) {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		b.WriteString(zipped + "\r\n")
		for n := range messages {
			w.Write([]byte(message(n)))
			w.Flush()
			sent += b.Len()
			if _, err := b.WriteTo(conn); err != nil {
				return
			}
			<-had
		}
	})
	d := gunzip.New()
	stream := open(t, d, fleet.Dial{Target: &target})
	if _, own := stream.(syscall.Conn); !own {
		t.Error("the stream does not show its socket")
	}
	watchdog := time.AfterFunc(patience, func() { stream.Close() })
	defer watchdog.Stop()
	if n, err := stream.Read(make([]byte, 4096)); err != nil { // the head
		t.Fatalf("%d bytes and %v", n, err)
	}
	for n := range messages {
		got := make([]byte, len(message(n)))
		if _, err := io.ReadFull(stream, got); err != nil || string(got) != message(n) {
			t.Fatalf("message %d: %.40q and %v", n, got, err)
		}
		if n == messages-1 && d.Received() != uint64(sent) {
			t.Errorf("%d bytes were read, want %d", d.Received(), sent)
		}
		had <- struct{}{}
	}
}

// Clients whose streams break have one reason, wherever in the stream they break.
func TestAFleetReadsGzip(t *testing.T) {
	const clients = 4
	event := func(p []byte) string { return fmt.Sprintf("data: %s\n\n", p) }
	var mu sync.Mutex
	number := 0
	target := serve(t, func(conn net.Conn) {
		mu.Lock()
		number++
		more := number
		mu.Unlock()
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		io.WriteString(w, event(wire.Payload(wire.Stamp{}, 0)))
		io.WriteString(w, strings.Repeat(":\n\n", 100*more))
		io.WriteString(w, event(wire.Payload(wire.Stamp{Seq: 1, Intended: wire.Now()}, 64)))
		w.Flush()
		conn.Write([]byte(zipped + "\r\n" + b.String() + "\x07"))
		io.Copy(io.Discard, conn)
	})
	f, err := fleet.New(fleet.Options{Engine: fleet.Auto, Reader: fleet.Batched}, fleet.Client{
		Decoder: func() fleet.Decoder { return sse.New() }, Dialer: gunzip.New(),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	defer f.Stop(ctx)
	if err := f.Ramp(ctx, wire.Ramp{Targets: []wire.Target{target}, Connections: clients, Agents: 1}); err != nil {
		t.Fatal(err)
	}
	r, err := f.Collect(ctx, wire.Collect{Through: 1, Timeout: patience, Drained: true})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"a gzip stream is corrupt": clients}
	if r.Received != clients || r.Cut != clients || !maps.Equal(r.Errors, want) {
		t.Errorf("%d messages, %d cut, errors %v, want %v", r.Received, r.Cut, r.Errors, want)
	}
}

// What answers a client's messages is read as it comes, one answer behind the other.
func TestUplinkAnswersAreAsTheyCame(t *testing.T) {
	const answers = "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"
	target := serve(t, func(conn net.Conn) { io.WriteString(conn, answers) })
	got, err := io.ReadAll(open(t, gunzip.New(), fleet.Dial{Target: &target, UplinkOnly: true}))
	if string(got) != answers || err != nil && !errors.Is(err, io.EOF) {
		t.Errorf("%q and %v", got, err)
	}
}
