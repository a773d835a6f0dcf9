package doctor

import (
	"fmt"
	"mime"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Where rules of event streams are written.
const (
	specProcessing = "https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model"
	specParsing    = "https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation"
	specCaching    = "https://www.rfc-editor.org/rfc/rfc9111#section-5.2"
	nginxBuffering = "https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering"
	sixConnections = "https://developer.mozilla.org/en-US/docs/Web/API/EventSource"
)

// sseChecks is the table.
func sseChecks() []check[*sseEvidence] {
	streams := (*sseEvidence).streams
	return []check[*sseEvidence]{
		{"answer", nil, (*sseEvidence).checkAnswer},
		{"content type", streams, (*sseEvidence).checkType},
		{"format", streams, (*sseEvidence).checkFormat},
		{"cache", streams, (*sseEvidence).checkCache},
		{"compression", streams, (*sseEvidence).checkCompression},
		{"buffering", streams, (*sseEvidence).checkBuffering},
		{"http version", streams, (*sseEvidence).checkVersion},
		{"heartbeat", streams, (*sseEvidence).checkHeartbeat},
		{"end", streams, (*sseEvidence).checkEnd},
		{"retry", streams, (*sseEvidence).checkRetry},
		{"resume", streams, (*sseEvidence).checkResume},
		{"cors", func(e *sseEvidence) bool { return e.streams() && e.options.PageOrigin != "" }, (*sseEvidence).checkCORS},
		{"path", streams, (*sseEvidence).checkPath},
	}
}

// prompt is how soon a head comes that no event and no buffer holds back.
const prompt = time.Second

func (e *sseEvidence) checkAnswer() []Finding {
	s := e.main
	switch {
	case s.answer == nil && s.end != nil:
		return fault(fmt.Sprintf("connected, and the connection ended after %s without an answer: %s", duration(s.end.lived), s.end.how),
			"look at the log of what listens there; a port of TLS that is asked without it does this too", "")
	case s.answer == nil:
		return fault(fmt.Sprintf("connected, and no head of an answer came within %s", duration(s.kept)),
			"send the head at once and flush it; a proxy that buffers holds it back with the events: proxy_buffering off, or X-Accel-Buffering: no", nginxBuffering)
	case !e.streams():
		return fault(s.answer.words(), s.answer.remedy(), specProcessing)
	case len(s.moved) > 0:
		return hint(strings.Join(s.moved, ", then ")+": every reconnection takes as many requests more", "give clients the last address", specProcessing)
	case s.answer.took > prompt:
		return hint(fmt.Sprintf("200 OK, and its head took %s: until then a client does not know whether it is connected", duration(s.answer.took)),
			"flush the head at once, with a comment behind it, and not with the first event", specProcessing)
	default:
		return ok("200 OK, its head after " + duration(s.answer.took))
	}
}

func (e *sseEvidence) checkType() []Finding {
	value := e.main.answer.header.Get("Content-Type")
	if !eventStream(e.main.answer.header) {
		return fault(fmt.Sprintf("Content-Type: %s", orNone(value)), "answer with Content-Type: text/event-stream: an EventSource fails for good at any other", specProcessing)
	}
	_, parameters, err := mime.ParseMediaType(value)
	if charset := parameters["charset"]; err == nil && charset != "" && !strings.EqualFold(charset, "utf-8") {
		return hint("Content-Type: "+value, "leave charset out: a stream is read as UTF-8 whatever it says", specParsing)
	}
	return ok(value)
}

func (e *sseEvidence) checkFormat() []Finding {
	s := e.main
	switch {
	case s.alien > 0:
		return fault(fmt.Sprintf("%d lines are no field, such as %q, and clients ignore them", s.alien, s.strange),
			"begin each line of a message with data:, line breaks of the message included", specParsing)
	case s.fields == 0:
		return unknown("nothing came to read", "publish a message while this runs")
	case s.end != nil && s.unfinished():
		return fault("the stream ended inside an event, which clients drop", "end each event with a blank line", specParsing)
	default:
		return ok(fmt.Sprintf("%s, %s", count(s.events, "event"), count(s.comments, "comment")))
	}
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

var maxAge = regexp.MustCompile(`(?i)(?:s-maxage|max-age)\s*=\s*"?0*[1-9]`)

func (e *sseEvidence) checkCache() []Finding {
	h := e.main.answer.header
	control := strings.Join(h.Values("Cache-Control"), ", ")
	lower := strings.ToLower(control)
	age, _ := strconv.Atoi(h.Get("Age"))
	forbidden := strings.Contains(lower, "no-store") || strings.Contains(lower, "no-cache") || strings.Contains(lower, "private")
	switch hit := h.Get("X-Cache"); {
	case age > 0, strings.HasPrefix(strings.ToLower(hit), "hit"):
		return fault(fmt.Sprintf("the answer is out of a cache: Age: %s, X-Cache: %s", orNone(h.Get("Age")), orNone(hit)),
			"except the path from caching, and answer with Cache-Control: no-store", specCaching)
	case !forbidden && (maxAge.MatchString(control) || strings.Contains(lower, "public")):
		return fault("Cache-Control: "+control+" lets a cache keep the stream, and wait for its end first", "answer with Cache-Control: no-store", specCaching)
	case control == "":
		return hint("no Cache-Control", "answer with Cache-Control: no-store, so that no cache collects the stream", specCaching)
	default:
		return ok("Cache-Control: " + control)
	}
}

func orNone(value string) string {
	if value == "" {
		return "none"
	}
	return value
}

func (e *sseEvidence) checkVersion() []Finding {
	a := e.main.answer
	const shared = "serve HTTP/2 at what browsers connect to: all tabs share one connection"
	switch {
	case strings.HasPrefix(a.proto, "HTTP/2"), strings.HasPrefix(a.proto, "HTTP/3"):
		return ok(a.proto + ": all tabs of a browser share one connection")
	case a.proto == "HTTP/1.0":
		return hint("HTTP/1.0: the end of the stream cannot be told from a cut", shared, sixConnections)
	case a.tls:
		return hint(fmt.Sprintf("%s, as h2 was offered within TLS and %q agreed on: a browser opens six connections to a host, and its seventh tab waits", a.proto, a.alpn), shared, sixConnections)
	default:
		return hint(a.proto+" without TLS: a browser opens six connections to a host, and its seventh tab waits", shared+"; browsers speak it within TLS alone", sixConnections)
	}
}

func (e *sseEvidence) checkRetry() []Finding {
	s := e.main
	if !s.hasRetry {
		return ok("none: browsers come back after the few seconds they choose")
	}
	wait, valid := s.reconnection()
	seen := "retry: " + s.retry
	switch {
	case !valid:
		return fault(fmt.Sprintf("retry: %q is no number of milliseconds, and ignored", s.retry), "write digits alone", specParsing)
	case wait > 10*time.Minute:
		return fault(fmt.Sprintf("%s: a client that is cut off stays away for %s", seen, wait), "write milliseconds: 1000 to 5000 is usual", specParsing)
	case wait < 100*time.Millisecond:
		return hint(seen+": all clients come back at once after a restart", "ask for seconds, and spread them over the clients", specParsing)
	default:
		return ok(seen)
	}
}

// checkPath lists what proxies have left in the head.
func (e *sseEvidence) checkPath() []Finding { return e.main.answer.path() }

func (a *answer) path() []Finding {
	var all []string
	for _, name := range []string{"Server", "Via", "X-Accel-Buffering", "X-Cache", "X-Served-By", "Cf-Ray", "X-Amz-Cf-Id", "Fly-Request-Id", "X-Vercel-Id"} {
		if value := a.header.Get(name); value != "" {
			all = append(all, name+": "+value)
		}
	}
	if len(all) == 0 {
		return ok("the head names no proxy")
	}
	return ok(strings.Join(all, "; "))
}
