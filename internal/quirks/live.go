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

// liveEvery is how often a live case publishes by itself: numbers that all its subscribers get, with the time of each.
const liveEvery = 50 * time.Millisecond

// liveHead is what a sound stream has in its head besides the type.
const liveHead = "Cache-Control: no-cache, no-transform\r\nX-Accel-Buffering: no\r\n"

// live is a stream that publishes by itself. The zero value has a sound body.
type live struct {
	mime    string        // in place of text/event-stream
	head    string        // in place of liveHead
	format  string        // of an event, with verbs for the number, the time and padding
	padding int           // bytes
	batch   int           // events that are written together
	forgets bool          // Last-Event-ID is not looked at
	zipped  bool          // for those who accept gzip, and never flushed
	lives   time.Duration // until the connection is cut
}

const (
	liveFormat = "id: %d\ndata: {\"at\":%q,\"text\":%q}\n\n"
	liveTime   = "2006-01-02T15:04:05.000000Z07:00"
)

func (l live) serve(c *Subscriber) {
	zipped := l.zipped && strings.Contains(c.Request.Header.Get("Accept-Encoding"), "gzip")
	head := or(l.head, liveHead)
	if zipped {
		head += "Content-Encoding: gzip\r\n"
	}
	write, end := c.chunk, lastChunk
	if !c.Request.ProtoAtLeast(1, 1) { // as nginx asks: the body ends with the connection
		write, end = c.send, ""
	} else {
		head += "Transfer-Encoding: chunked\r\n"
	}
	if !c.send("HTTP/1.1 200 OK\r\nContent-Type: " + or(l.mime, "text/event-stream") + "\r\n" + head + "\r\n") {
		return
	}
	if zipped {
		write = kept(write)
	}
	began, waiting := time.Now(), ""
	for n := l.first(c); ; n++ {
		made := c.server.began.Add(time.Duration(n) * liveEvery)
		if !c.wait(time.Until(made)) {
			c.send(end)
			return
		}
		if l.lives > 0 && time.Since(began) > l.lives {
			return
		}
		waiting += fmt.Sprintf(or(l.format, liveFormat), n, made.Format(liveTime), strings.Repeat("x", l.padding))
		if l.batch > 1 && n%l.batch > 0 {
			continue
		}
		if !write(waiting) {
			return
		}
		waiting = ""
	}
}

// first is the number of the first event for a subscriber.
func (l live) first(c *Subscriber) int {
	if id, err := strconv.Atoi(c.Request.Header.Get("Last-Event-ID")); err == nil && !l.forgets {
		return id + 1
	}
	return int(time.Since(c.server.began)/liveEvery) + 1
}

func or(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}

// kept writes to a compressor that is never flushed.
func kept(write func(string) bool) func(string) bool {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	return func(text string) bool {
		_, _ = z.Write([]byte(text))
		defer out.Reset()
		return write(out.String())
	}
}

// liveCases are streams that need no publisher.
func liveCases() []Case {
	stream := func(name, about string, l live) Case { return Case{Name: name, About: about, Subscribe: l.serve} }
	return []Case{
		stream("live", "nothing is wrong", live{}),
		stream("live-unmarked", "nothing is wrong, and no X-Accel-Buffering tells a proxy what this is", live{head: "Cache-Control: no-cache\r\n", padding: 900}),
		stream("live-plain-text", "the type is text/plain", live{mime: "text/plain"}),
		stream("live-cacheable", "caches may keep the stream for an hour", live{head: "Cache-Control: public, max-age=3600\r\n"}),
		stream("live-gzip-unflushed", "gzip that is never flushed", live{zipped: true}),
		stream("live-bursts", "five events are written together", live{batch: 5}),
		stream("live-bursts-untimed", "five events are written together, and do not say when they were made", live{batch: 5, format: "id: %d\ndata: %.0s%s\n\n"}),
		stream("live-forgets", "events have ids, and Last-Event-ID is not looked at", live{forgets: true}),
		stream("live-retry-day", "clients are to stay away for a day", live{format: "retry: 86400000\n" + liveFormat}),
		stream("live-bare-json", "events are lines of JSON without data:", live{format: "{\"n\":%d,\"at\":%q,\"text\":%q}\n\n"}),
		stream("live-cut", "every connection is cut after 300 ms", live{lives: 300 * time.Millisecond}),
		{Name: "live-preflight", About: "a page of any origin may read the stream, and none may ask first", Subscribe: live{head: liveHead + "Access-Control-Allow-Origin: *\r\n"}.serve, Request: func(_ *Server, w http.ResponseWriter, r *http.Request) bool {
			if r.Method != http.MethodOptions {
				return false
			}
			http.Error(w, "GET alone", http.StatusMethodNotAllowed)
			return true
		}},
		{Name: "page", About: "a page of HTML, and no stream", Request: func(_ *Server, w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write([]byte("<!doctype html>\n<title>Welcome</title>\n"))
			return true
		}},
	}
}
