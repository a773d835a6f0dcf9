package doctor

import "fmt"

const specLastID = "https://html.spec.whatwg.org/multipage/server-sent-events.html#the-last-event-id-header"

// checkBuffering asks whether events come as they are made.
func (e *sseEvidence) checkBuffering() []Finding {
	s := e.main
	f := flowOf(s.items)
	const fix = "nginx: X-Accel-Buffering: no in the answer, or proxy_buffering off; HAProxy: option http-no-delay, or it waits up to 200 ms; in the server, flush behind each event; --origin URL tells which side it is"
	switch {
	case f.buffered():
		return fault(f.String(), fix, nginxBuffering)
	case f.doubtful():
		return hint(f.String()+", and do not say when they were made: they are published so, or something holds them back", fix, nginxBuffering)
	case f.items >= 2:
		return ok(fmt.Sprintf("%s (%d of them); first byte after %s", f, f.items, duration(s.first)))
	case s.first == 0:
		return unknown(fmt.Sprintf("no byte of the body came within %s", duration(s.kept)), "publish messages while this runs, or send heartbeats")
	default:
		return unknown(fmt.Sprintf("first byte after %s, and too little behind it within %s", duration(s.first), duration(s.kept)), "publish messages while this runs, or hold the stream longer: --for 1m")
	}
}

// checkCompression compares the stream that was asked for with gzip with the one that was not.
func (e *sseEvidence) checkCompression() []Finding {
	const fix = "except text/event-stream from compression, or flush the compressor behind each event; Cache-Control: no-transform keeps proxies from it"
	const source = "https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2.6" // no-transform
	plain, zipped := e.main, e.zipped
	switch {
	case plain.coding != "" && plain.coding != "identity":
		return fault("Content-Encoding: "+plain.coding+", where it was not asked for", "compress for those who accept it alone", source)
	case zipped.answer == nil && zipped.end == nil:
		return fault(fmt.Sprintf("asked for gzip, and no head came within %s; without, it came after %s", duration(zipped.kept), duration(plain.answer.took)), fix, source)
	case zipped.answer == nil, zipped.answer.status != plain.answer.status:
		return unknown("the connection that asked for gzip was refused", "look at the limits on connections of one client")
	case zipped.coding == "" || zipped.coding == "identity":
		return ok("not compressed for a client that accepts gzip")
	case zipped.coding != "gzip":
		return fault("Content-Encoding: "+zipped.coding+", where gzip was asked for", "compress as the client accepts", source)
	}
	before, f := flowOf(plain.items), flowOf(zipped.items)
	switch {
	case len(zipped.items) == 0 && len(plain.items) > 0:
		return fault(fmt.Sprintf("gzip: nothing could be read of it within %s, where %s came uncompressed", duration(zipped.kept), count(len(plain.items), "event or comment")), fix, source)
	case f.buffered() && !before.buffered(), f.doubtful() && !before.doubtful() && !before.buffered():
		return fault("gzip: "+f.String()+"; uncompressed they come one by one", fix, source)
	case len(zipped.items) == 0:
		return unknown("gzip, and nothing came to read", "publish messages while this runs")
	default:
		return ok("gzip, flushed behind each event")
	}
}

// checkHeartbeat holds silence against the timeouts of hops.
func (e *sseEvidence) checkHeartbeat() []Finding {
	s := e.main
	var beats pulse
	for _, one := range s.items {
		if one.comment {
			beats.at = append(beats.at, one.at)
		}
	}
	beats.what, beats.longest, beats.kept = "comment", s.longest, s.kept
	beats.others = s.events
	return beats.findings()
}

// checkEnd says how long the stream was kept, and how it ended if it did.
func (e *sseEvidence) checkEnd() []Finding {
	s := e.main
	if s.end == nil {
		return ok(fmt.Sprintf("kept for %s, and it went on", duration(s.kept)))
	}
	return s.end.findings("a WriteTimeout of the server, or a timeout of a proxy for the whole answer, does this: let streams have none")
}

// checkResume asks for what came behind an event.
func (e *sseEvidence) checkResume() []Finding {
	s, r := e.main, e.resumed
	const fix = "keep the last messages, read the header Last-Event-ID, and send what came behind it first"
	switch {
	case s.events == 0:
		return unknown("no event came", "publish messages while this runs")
	case len(s.late) == 0:
		return hint("events have no id: a client that was cut off misses what is sent until it is back", "give each event an id:, and resume behind it", specLastID)
	case r == nil:
		return unknown("fewer than two events with ids of their own came", "publish messages while this runs")
	case r.answer == nil:
		return fault(fmt.Sprintf("asked with Last-Event-ID: %s, and no head of an answer came", r.after), fix, specLastID)
	case r.answer.status != s.answer.status:
		return fault(fmt.Sprintf("asked with Last-Event-ID: %s, and got %s", r.after, r.answer.words()), fix, specLastID)
	}
	switch got := r.beyond(r.after); got {
	case r.next:
		return ok(fmt.Sprintf("asked behind %s, and %s came first", r.after, got))
	case "":
		return fault(fmt.Sprintf("asked behind %s, and nothing was sent again within %s, where %s had come before", r.after, duration(r.kept), r.next), fix, specLastID)
	default:
		return fault(fmt.Sprintf("asked behind %s, and %s came first, in place of %s", r.after, got, r.next), fix, specLastID)
	}
}
