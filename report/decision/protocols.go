package decision

import "slices"

// fact is what the protocols of options give, which no run has to measure.
type fact struct {
	name string
	of   map[string]string // by transport
}

// facts is THE TABLE of what teams ask about protocols. Their sources: server-sent events and EventSource in the HTML standard
// (https://html.spec.whatwg.org/multipage/server-sent-events.html), WebSocket in RFC 6455 and https://websockets.spec.whatwg.org,
// streams of HTTP/2 in RFC 9113, section 5.1.2. The six connections of a host are what browsers allow over HTTP/1.1; no standard has
// the number (RFC 9112, section 9.4).
func facts() []fact {
	const (
		sse, websocket, longpoll, poll, ndjson = "sse", "websocket", "longpoll", "poll", "ndjson"

		six = "six over HTTP/1.1, in all tabs together; streams of one connection over HTTP/2"
	)
	all := func(of string) map[string]string {
		return map[string]string{longpoll: of, poll: of, ndjson: of}
	}
	with := func(m map[string]string, transport, of string) map[string]string {
		m[transport] = of
		return m
	}
	both := func(m map[string]string, ofSSE, ofWebSocket string) map[string]string {
		return with(with(m, sse, ofSSE), websocket, ofWebSocket)
	}
	return []fact{
		{"reconnects by itself", both(all("no: your code asks again"), "yes, but not after an HTTP error status or another content type", "no: your code does")},
		{"resumes where it was cut", both(all("yes, with the last number in the request, if the server keeps messages"), "yes, by `Last-Event-ID`, if the server keeps messages", "with a message of your own, if the server keeps messages")},
		{"headers such as Authorization from a browser", both(all("yes"), "no with EventSource: cookies or the URL; yes with fetch", "no: cookies, the URL, or the first message")},
		{"connections of a browser to a host", both(all(six), six, "a limit of their own, far above six")},
		{"messages of clients", both(all("a request each"), "a request each", "on the same connection")},
		{"binary messages", both(with(all("yes"), ndjson, "no: base64 adds a third"), "no: base64 adds a third", "yes")},
		{"in the way", both(with(with(all("proxies that buffer responses"), poll, "nothing"), longpoll, "timeouts of proxies below the wait"),
			"proxies that buffer responses or end silent ones", "proxies and firewalls that do not pass the upgrade, or end silent connections")},
	}
}

// protocols are the transports of the options that the table knows, in their order.
func (d *Decision) protocols() (transports []string) {
	for _, o := range d.options() {
		if _, known := facts()[0].of[o.Transport]; known && !slices.Contains(transports, o.Transport) {
			transports = append(transports, o.Transport)
		}
	}
	return transports
}

// factRows are the table of the transports.
func factRows(transports []string) (rows []tableRow) {
	for _, f := range facts() {
		row := tableRow{Name: f.name}
		for _, t := range transports {
			row.Values = append(row.Values, f.of[t])
		}
		rows = append(rows, row)
	}
	return rows
}
