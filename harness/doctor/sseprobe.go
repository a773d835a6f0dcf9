package doctor

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// sseEvidence is what was seen of an event stream, in four requests at most.
type sseEvidence struct {
	options   Options
	custom    []string    // headers that pages cannot send without a preflight
	main      *stream     // asked for without compression
	zipped    *stream     // asked for with gzip, at the same time
	resumed   *resumption // nil: there were no two ids
	preflight *stream     // nil: not asked
}

// resumption is a stream that was asked to go on behind an event.
type resumption struct {
	after, next string // ids of the first connection
	*stream
}

// resumePatience is how long a server may take to send what it has kept.
const resumePatience = 5 * time.Second

// probeSSE asks for the stream twice at once, then behind an id, then as a browser asks before a request of another origin.
func (c *client) probeSSE(ctx context.Context, at *url.URL, o Options) (*sseEvidence, error) {
	e := &sseEvidence{options: o, custom: c.custom()}
	var pair sync.WaitGroup
	var failed error
	pair.Go(func() {
		e.zipped, failed = c.open(ctx, http.MethodGet, at, events(o, "Accept-Encoding", "gzip"), o.For, nil)
	})
	var err error
	e.main, err = c.open(ctx, http.MethodGet, at, events(o, "Accept-Encoding", "identity"), o.For, nil)
	pair.Wait()
	if err != nil {
		return nil, err
	}
	if failed != nil {
		return nil, fmt.Errorf("the second connection: %w", failed)
	}
	if err := e.main.isStream(c.hide(at.String())); err != nil || !e.streams() {
		return e, err
	}
	if e.resumed = resumable(e.main.late); e.resumed != nil {
		r := e.resumed
		header := events(o, "Accept-Encoding", "identity", "Last-Event-Id", r.after)
		r.stream, err = c.open(ctx, http.MethodGet, at, header, min(o.For, resumePatience), func(s *stream) bool {
			return s.beyond(r.after) != ""
		})
		if err != nil {
			return nil, err
		}
	}
	if o.PageOrigin != "" {
		e.preflight, err = c.open(ctx, http.MethodOptions, at, http.Header{
			"Origin": {o.PageOrigin}, "Access-Control-Request-Method": {http.MethodGet},
			"Access-Control-Request-Headers": {strings.Join(append([]string{"last-event-id"}, e.custom...), ",")},
		}, min(o.For, resumePatience), nil)
		if err != nil {
			return nil, err
		}
	}
	return e, nil
}

// events are the headers of an EventSource, and more.
func events(o Options, more ...string) http.Header {
	h := http.Header{"Accept": {"text/event-stream"}, "Cache-Control": {"no-cache"}}
	if o.PageOrigin != "" {
		h.Set("Origin", o.PageOrigin)
	}
	for pair := range slices.Chunk(more, 2) {
		h.Set(pair[0], pair[1])
	}
	return h
}

// custom are the headers that a page sends by fetch alone, in lower case and in order.
func (c *client) custom() (names []string) {
	for name := range c.header {
		if name != "Cookie" { // the browser's own
			names = append(names, strings.ToLower(name))
		}
	}
	slices.Sort(names)
	return names
}

// streams reports whether there is a stream to look at.
func (e *sseEvidence) streams() bool {
	return e.main.answer != nil && e.main.answer.status == http.StatusOK
}

// isStream is an error where the answer is a page, or another thing that was meant for others.
func (s *stream) isStream(at string) error {
	if s.answer == nil || s.answer.status != http.StatusOK || s.fields > 0 || eventStream(s.answer.header) {
		return nil
	}
	what := "200 OK with a body of " + s.answer.header.Get("Content-Type")
	if s.answer.header.Get("Content-Type") == "" {
		what = "200 OK with a body of no type"
	}
	if s.strange != "" {
		what += fmt.Sprintf(", which begins %q", s.strange)
	}
	return &NotStreamError{at, what + ", and not with a stream of events"}
}

// eventStream reports whether the media type is that of event streams.
func eventStream(h http.Header) bool {
	media, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	return strings.EqualFold(strings.TrimSpace(media), "text/event-stream")
}

// beyond is the first id that is another than after: a server may greet with the one it was told.
func (s *stream) beyond(after string) string {
	for _, id := range s.early {
		if id != after {
			return id
		}
	}
	return ""
}

// resumable chooses one of the last events, which servers still know, and the one behind it.
func resumable(ids []string) *resumption {
	for i := max(0, len(ids)-4); i < len(ids)-1; i++ {
		if ids[i] != ids[i+1] && ids[i] != "" && ids[i+1] != "" {
			return &resumption{after: ids[i], next: ids[i+1]}
		}
	}
	return nil
}
