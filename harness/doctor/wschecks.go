package doctor

import (
	"fmt"
	"slices"
	"strings"
)

// Where rules of WebSocket are written.
const (
	rfcHandshake = "https://www.rfc-editor.org/rfc/rfc6455#section-4.1"
	rfcFrames    = "https://www.rfc-editor.org/rfc/rfc6455#section-5.2"
	rfcFragments = "https://www.rfc-editor.org/rfc/rfc6455#section-5.4"
	rfcPing      = "https://www.rfc-editor.org/rfc/rfc6455#section-5.5.2"
	rfcClose     = "https://www.rfc-editor.org/rfc/rfc6455#section-5.5.1"
	rfcUTF8      = "https://www.rfc-editor.org/rfc/rfc6455#section-8.1"
	hijacking    = "https://owasp.org/www-project-web-security-testing-guide/stable/4-Web_Application_Security_Testing/11-Client-side_Testing/10-Testing_WebSockets"
)

// wsChecks is the table.
func wsChecks() []check[*wsEvidence] {
	upgraded := func(e *wsEvidence) bool { return e.main.accepted() }
	return []check[*wsEvidence]{
		{"upgrade", nil, (*wsEvidence).checkUpgrade},
		{"subprotocol", upgraded, (*wsEvidence).checkSubprotocol},
		{"extensions", upgraded, (*wsEvidence).checkExtensions},
		{"origin", upgraded, (*wsEvidence).checkOrigin},
		{"frames", upgraded, (*wsEvidence).checkFrames},
		{"ping", upgraded, (*wsEvidence).checkPing},
		{"heartbeat", upgraded, (*wsEvidence).checkHeartbeat},
		{"end", upgraded, (*wsEvidence).checkEnd},
		{"close", upgraded, (*wsEvidence).checkClose},
		{"utf-8", upgraded, (*wsEvidence).checkUTF8},
		{"fragments", upgraded, (*wsEvidence).checkFragments},
		{"path", upgraded, func(e *wsEvidence) []Finding { return e.main.path() }},
	}
}

func (e *wsEvidence) checkUpgrade() []Finding {
	h := e.main
	const passed = "where a proxy is on the way: it must pass Upgrade and Connection on, and speak HTTP/1.1 to the server"
	switch {
	case h.answer == nil && h.end != nil:
		return fault(fmt.Sprintf("connected, and the connection ended after %s without an answer: %s", duration(h.end.lived), h.end.how), passed, rfcHandshake)
	case h.answer == nil:
		return fault(fmt.Sprintf("connected, and no answer came within %s", duration(h.kept)), passed, rfcHandshake)
	case h.wrong != "":
		return fault(h.wrong+": clients fail the connection", "use a WebSocket library for the handshake; "+passed, rfcHandshake)
	case !h.accepted():
		return fault(h.words(), h.remedy(), rfcHandshake)
	default:
		return ok("101 after " + duration(h.took))
	}
}

func (e *wsEvidence) checkSubprotocol() []Finding {
	taken, offered := e.main.header.Get("Sec-Websocket-Protocol"), e.options.Subprotocols
	switch {
	case len(offered) == 0 && taken == "":
		return ok("none offered, none taken")
	case !slices.Contains(offered, taken) && taken != "":
		return fault(fmt.Sprintf("the server took %q, which was not offered: clients fail the connection", taken), "answer with one of those offered, or with none", rfcHandshake)
	case taken == "":
		return fault(fmt.Sprintf("offered %s, and the server took none: browsers fail the connection", strings.Join(offered, ", ")), "answer with Sec-WebSocket-Protocol, or let clients offer none", "https://websockets.spec.whatwg.org/#concept-websocket-establish")
	default:
		return ok("the server took " + taken)
	}
}

func (e *wsEvidence) checkExtensions() []Finding {
	taken := strings.Join(e.main.header.Values("Sec-Websocket-Extensions"), ", ")
	if taken == "" {
		return ok("permessage-deflate offered, none taken")
	}
	for one := range strings.SplitSeq(taken, ",") {
		name, _, _ := strings.Cut(one, ";")
		if strings.TrimSpace(name) != "permessage-deflate" {
			return fault("the server took "+taken+", where permessage-deflate was offered: clients fail the connection", "answer with what was offered alone", rfcHandshake)
		}
	}
	return ok("the server took " + taken)
}

// checkOrigin asks whether a page of any site may open a connection: browsers send cookies along, and their same-origin policy
// does not hold for WebSocket.
func (e *wsEvidence) checkOrigin() []Finding {
	const fix = "compare the header Origin with the origins of your pages, and answer 403 to others"
	seen := "a handshake with Origin: " + strangeOrigin + " was "
	switch {
	case e.stranger.answer == nil:
		return unknown(seen+"not answered", "run this again")
	case !e.stranger.accepted():
		return ok(seen + "refused: " + e.stranger.words())
	case e.bare != nil && e.bare.answer != nil && !e.bare.accepted():
		return fault(seen+"accepted with the cookie, and one of the endpoint's own page without it was not: any site can open connections as its visitors (cross-site WebSocket hijacking)", fix, hijacking)
	default:
		return hint(seen+"accepted: if cookies tell the server who a client is, any site can open connections as its visitors (cross-site WebSocket hijacking)", fix, hijacking)
	}
}

func (e *wsEvidence) checkFrames() []Finding {
	for _, t := range []*talk{e.talk, e.invalid, e.parts} {
		if t != nil && t.violation != "" {
			return fault(t.violation+": clients fail the connection", "use a WebSocket library to write frames; a proxy must not touch them", rfcFrames)
		}
	}
	return ok(fmt.Sprintf("%s, %s", count(e.talk.messages, "message"), count(len(e.talk.pings), "ping")))
}
