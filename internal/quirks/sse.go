package quirks

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	streamHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n"
	lastChunk  = "0\r\n\r\n"
)

// piece is a part of a long message.
var piece = strings.Repeat("x", 64<<10) //nolint:gochecknoglobals // a constant

// event makes a message, counted from 1 on each connection, into bytes; nil: the stream ends, without a word of its own.
type event func(c *Subscriber, n int, payload string) []byte

// text is an event of a format with one verb for the payload.
func text(format string) event {
	return func(_ *Subscriber, _ int, p string) []byte { return fmt.Appendf(nil, format, p) }
}

// plain is an event with a data line for each line of the payload.
func plain(_ *Subscriber, _ int, p string) []byte {
	breaks := strings.NewReplacer("\r\n", "\ndata: ", "\r", "\ndata: ", "\n", "\ndata: ")
	return []byte("data: " + breaks.Replace(p) + "\n\n")
}

// chunk writes one chunk; an empty one would end the body.
func (c *Subscriber) chunk(data string) bool {
	return data == "" || c.send(fmt.Sprintf("%x\r\n%s\r\n", len(data), data))
}

// follow writes each message as its event until there is none any more, and then ends the stream cleanly.
func (c *Subscriber) follow(e event) {
	for n := 1; ; n++ {
		p, ok := c.next()
		if !ok {
			break
		}
		data := e(c, n, p)
		if data == nil {
			break
		}
		if !c.chunk(string(data)) {
			return
		}
	}
	c.send(lastChunk)
}

// stream is a sound head, and events of a kind.
func stream(e event) func(*Subscriber) {
	return func(c *Subscriber) {
		if c.send(streamHead + "\r\n") {
			c.follow(e)
		}
	}
}

// until has a stream end behind its n-th message, which is written as the last event.
func until(n int, last event) event {
	return func(c *Subscriber, i int, p string) []byte {
		if i < n {
			return plain(c, i, p)
		}
		c.chunk(string(last(c, i, p)))
		return nil
	}
}

func sseCases() []Case {
	return []Case{
		{Name: "sse", About: "nothing is wrong", Subscribe: stream(plain)},
		{Name: "unfinished-event", About: "the third message lacks its blank line, and the stream ends", Subscribe: stream(until(3, text("data: %s\n")))},
		{Name: "bare-json", About: "events are lines of JSON without data:", Subscribe: stream(text("{\"text\":%q}\n\n"))},
		{Name: "early-end", About: "the stream ends cleanly before a message", Subscribe: func(c *Subscriber) {
			_, _, _ = c.send(streamHead+"\r\n"), c.wait(100*time.Millisecond), c.send(lastChunk)
		}},
		{Name: "late-blank-line", About: "the blank line that ends an event comes before the next", Subscribe: stream(text("\ndata: %s\n"))},
		{Name: "half-reach", About: "connections with an even number get comments only", Subscribe: stream(func(c *Subscriber, n int, p string) []byte {
			if c.Number%2 == 0 {
				return []byte(": not here\n\n")
			}
			return plain(c, n, p)
		})},
		{Name: "one-lost", About: "each connection misses its third message", Subscribe: stream(func(c *Subscriber, n int, p string) []byte {
			if n == 3 {
				return []byte{}
			}
			return plain(c, n, p)
		})},
		{Name: "cut-after-five", About: "every stream ends behind its fifth message", Subscribe: stream(until(5, plain))},
		{Name: "anonymous-after-cut", About: "the first ten streams end behind their third message; later ones get comments only", Subscribe: anonymous},
		{Name: "head-with-event", About: "the head is written with the first event", Subscribe: func(c *Subscriber) {
			if p, ok := c.next(); ok && c.send(streamHead+"\r\n") && c.chunk(string(plain(c, 1, p))) {
				c.follow(plain)
			}
		}},
		{Name: "never", About: "a connection is accepted, and nothing is written to it", Subscribe: func(c *Subscriber) { <-c.over }},
		{Name: "json-in-json", About: "the payload is a string inside JSON, escaped", Subscribe: stream(text("data: {\"data\":%q}\n\n"))},
		{Name: "replay-all", About: "a new subscriber first gets all messages so far", Subscribe: replay},
		{Name: "huge-event", About: "an event of 20 MiB comes before the third message", Subscribe: stream(func(c *Subscriber, n int, p string) []byte {
			if n == 3 {
				c.chunk("data: ")
				for range 20 << 20 / len(piece) {
					c.chunk(piece)
				}
				c.chunk("\n\n")
			}
			return plain(c, n, p)
		})},
		{Name: "endless-line", About: "an event begins and never ends", Subscribe: func(c *Subscriber) {
			c.send(streamHead + "\r\n")
			whole := fmt.Appendf(nil, "%x\r\n%s\r\n", len(piece), piece) // once: tests look at the memory of the other side
			for err := error(nil); err == nil; {
				_, err = c.Write(whole)
			}
		}},
		{Name: "gzip-unflushed", About: "gzip that is never flushed", Subscribe: unflushed},
		{Name: "one-data-line", About: "a text is written behind one data:, line breaks included", Subscribe: stream(text("data: %s\n\n"))},
		{Name: "blocking-hub", About: "a subscriber that is four messages behind stops the publisher", Subscribe: stream(plain), Handed: blocking},
		{Name: "leak", About: "256 KiB stay behind for every subscription", Subscribe: leak},
		{Name: "redirect-slash", About: "307 to the same path with a slash", Subscribe: stream(plain), Request: func(_ *Server, w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != "/events" {
				return false
			}
			http.Redirect(w, r, "/events/", http.StatusTemporaryRedirect)
			return true
		}},
		{Name: "redirect-elsewhere", About: "307 to another server", Subscribe: stream(plain), Request: func(_ *Server, w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != "/events" {
				return false
			}
			http.Redirect(w, r, "http://127.0.0.1:1/events", http.StatusTemporaryRedirect)
			return true
		}},
		{Name: "resume-by-id", About: "every stream ends behind its fifth message, asks to stay away for a day, and goes on behind the id of its last", Subscribe: resumable},
		{Name: "unauthorized", About: "401 with a text to every subscription", Request: func(_ *Server, w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/health" || r.URL.Path == "/publish" {
				return false
			}
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			http.Error(w, "no token", http.StatusUnauthorized)
			return true
		}},
	}
}

func anonymous(c *Subscriber) {
	if c.Number < 10 {
		stream(until(3, plain))(c)
		return
	}
	c.send(streamHead + "\r\n")
	for c.chunk(": ping\n\n") && c.wait(100*time.Millisecond) {
	}
}

// replay reads from the log alone: what the inbox has is in it.
func replay(c *Subscriber) {
	if !c.send(streamHead + "\r\n") {
		return
	}
	c.server.mu.Lock()
	past := c.server.log[:len(c.server.log)-len(c.inbox)]
	c.server.mu.Unlock()
	for _, p := range past {
		c.chunk("data: " + p + "\n\n")
	}
	c.follow(plain)
}

// resumable serves who names an id what came behind it, from the log first as replay does.
func resumable(c *Subscriber) {
	if !c.send(streamHead + "\r\n") {
		return
	}
	c.server.mu.Lock()
	past := c.server.log[:len(c.server.log)-len(c.inbox)]
	c.server.mu.Unlock()
	at := len(past)
	if id, ok := strings.CutPrefix(c.Request.Header.Get("Last-Event-ID"), "urn:message:"); ok {
		at, _ = strconv.Atoi(id)
	}
	for range 5 {
		var p string
		if at < len(past) {
			p = past[at]
		} else {
			var ok bool
			if p, ok = c.next(); !ok {
				break
			}
		}
		at++
		c.chunk(fmt.Sprintf("retry: 86400000\nid: urn:message:%d\ndata: %s\n\n", at, p))
	}
	c.send(lastChunk)
}

func unflushed(c *Subscriber) {
	if !strings.Contains(c.Request.Header.Get("Accept-Encoding"), "gzip") {
		stream(plain)(c)
		return
	}
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	c.send(streamHead + "Content-Encoding: gzip\r\n\r\n")
	for {
		p, ok := c.next()
		if !ok {
			break
		}
		_, _ = fmt.Fprintf(z, "data: %s\n\n", p)
		c.chunk(out.String())
		out.Reset()
	}
	_ = z.Close()
	_, _ = c.chunk(out.String()), c.send(lastChunk)
}

func leak(c *Subscriber) {
	left := bytes.Repeat([]byte{1}, 256<<10)
	c.server.mu.Lock()
	c.server.kept = append(c.server.kept, left)
	c.server.mu.Unlock()
	stream(plain)(c)
}

// blocking hands a payload to one subscriber after the other, and waits for each.
func blocking(s *Server, _ http.ResponseWriter, payload string) {
	s.mu.Lock()
	all := make([]*Subscriber, 0, len(s.subscribers))
	for c := range s.subscribers {
		all = append(all, c)
	}
	s.mu.Unlock()
	for _, c := range all {
		for len(c.inbox) > 4 && c.wait(time.Millisecond) {
		}
		c.inbox <- payload
	}
}

// quoted is a text inside a JSON string.
func quoted(p string) string { q := strconv.Quote(p); return q[1 : len(q)-1] }
