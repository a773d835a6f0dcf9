package doctor

import "fmt"

func (e *wsEvidence) checkPing() []Finding {
	took, answered := e.talk.pongs[pingFirst]
	switch {
	case answered:
		return ok("a ping was answered after " + duration(took))
	case len(e.talk.pongs) > 0:
		return fault("a ping was answered by a pong of another text", "answer with the payload of the ping", rfcPing)
	case e.talk.end != nil || e.talk.unreadable:
		return unknown("the connection ended before a pong came", "see what ended it")
	default:
		return fault(fmt.Sprintf("a ping was not answered within %s", duration(e.talk.kept)), "read from the connection all the time: libraries answer pings while they read", rfcPing)
	}
}

// checkHeartbeat holds silence against the timeouts of hops.
func (e *wsEvidence) checkHeartbeat() []Finding {
	t := e.talk
	return pulse{what: "ping", at: t.pings, others: t.messages, longest: t.longest, kept: t.kept}.findings()
}

func (e *wsEvidence) checkEnd() []Finding {
	switch t := e.talk; {
	case t.unreadable:
		return unknown("what came could not be read to an end", "see frames")
	case t.end == nil:
		return ok(fmt.Sprintf("kept for %s, and it went on", duration(t.kept)))
	default:
		return t.end.findings("the reason of the close frame, or the log of the server, says why; proxies cut without a close frame")
	}
}

// checkClose asks for the closing handshake.
func (e *wsEvidence) checkClose() []Finding {
	const fix = "answer a close frame with one of the same code, and close the connection: libraries do both while they are read from"
	f := e.farewell
	switch {
	case !f.asked:
		return unknown("the connection ended first", "see end")
	case f.talk.close == nil && f.talk.end != nil:
		return fault("close 1000 was answered by the end of the connection, without a close frame", fix, rfcClose)
	case f.talk.close == nil:
		return fault(fmt.Sprintf("close 1000 was not answered within %s", duration(answerPatience)), fix, rfcClose)
	}
	seen := fmt.Sprintf("close 1000 was answered by %s after %s", f.talk.closeText(), duration(f.after))
	code, _ := f.talk.close.closed()
	switch {
	case code == closeProtocol || code == closeBadData:
		return fault(seen+": the server takes it for a mistake", fix, rfcClose)
	case code != closeNormal:
		return hint(seen, fix, rfcClose)
	case !f.hung:
		return hint(seen+fmt.Sprintf(", and the server kept the connection for %s more", duration(answerPatience)), "the server closes the connection first (RFC 6455, section 7.1.1), so that no client holds its port", rfcClose)
	default:
		return ok(seen)
	}
}

// checkUTF8 asks what becomes of a text message that is none.
func (e *wsEvidence) checkUTF8() []Finding {
	const fix = "let the library check text messages, or check them before they are passed on"
	t := e.invalid
	switch {
	case t == nil:
		return unknown("there was no second connection", "look at the limits on connections of one client")
	case t.close != nil:
		if code, _ := t.close.closed(); code != closeBadData {
			return hint("a text that is not UTF-8 was answered by "+t.closeText()+", not by close 1007", fix, rfcUTF8)
		}
		return ok("a text that is not UTF-8 was answered by " + t.closeText())
	case t.end != nil:
		return hint("a text that is not UTF-8 was answered by a cut: "+t.end.how, fix, rfcUTF8)
	default:
		return hint("a text that is not UTF-8 was taken, and not refused by close 1007: whoever gets it passed on fails", fix, rfcUTF8)
	}
}

// checkFragments asks for a message in two frames with a ping between them, which a client may send.
func (e *wsEvidence) checkFragments() []Finding {
	const fix = "join the frames of a message, and answer control frames between them"
	const seen = "a text in two frames, with a ping between them, was "
	t := e.parts
	if t == nil {
		return unknown("there was no third connection", "look at the limits on connections of one client")
	}
	_, first := e.talk.pongs[pingFirst]
	_, between := t.pongs[pingBetween]
	_, after := t.pongs[pingAfter]
	switch {
	case between && after:
		return ok(seen + "taken")
	case t.close != nil:
		if code, _ := t.close.closed(); code == closeProtocol {
			return fault(seen+"answered by "+t.closeText(), fix, rfcFragments)
		}
		return unknown(seen+"answered by "+t.closeText()+": the text itself may be what the server refuses", "")
	case t.end != nil:
		return fault(seen+"answered by a cut: "+t.end.how, fix, rfcFragments)
	case !first:
		return unknown("the server answers no ping, which would tell", "see ping")
	default:
		return fault(seen+"not survived: pings were not answered any more", fix, rfcFragments)
	}
}
