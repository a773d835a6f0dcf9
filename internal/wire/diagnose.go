package wire

import (
	"bytes"
	"fmt"
	"strings"
	"time"
)

// Diagnose says why the messages in a frame or an event of such a server were not found, or came out as others than were
// published, and what to write into the lane file; empty: the way they are looked for does not tell.
func (f *External) Diagnose(message []byte) string {
	if f.Base64 {
		text := *f
		text.Base64 = false
		for p := range text.Payloads(message) {
			if _, ok := ParseStamp(p); ok {
				return "the payload is there as it was published, and no base64 of it: leave envelope.base64 out"
			}
		}
	}
	there := published(message)
	var found [][]byte
	for p := range f.Payloads(message) {
		if _, ok := ParseStamp(p); ok {
			found = append(found, p)
		}
	}
	switch {
	case len(there) == 0:
		return ""
	case len(found) == 0 && f.JSON != "":
		return fmt.Sprintf("envelope.json does not match: there is no payload at %q, it stands behind %q", f.JSON, before(message, there))
	case len(found) == 0:
		return f.envelope(message, there)
	case len(there) > len(found):
		return several(message, there)
	case bytes.Contains(found[0], []byte(`\"`)):
		return "the payload is inside a JSON string: let envelope.before end and envelope.after begin with its quotes"
	default:
		return f.behind(found[0])
	}
}

// envelope says what is wrong with the texts around the payloads that begin at places in the message.
func (f *External) envelope(message []byte, there []int) string {
	at, head := there[0], before(message, there)
	switch {
	case f.Before == "" && at > 0 && strings.HasSuffix(head, `"`):
		return fmt.Sprintf("the payload does not come alone: add envelope: {before: %q, after: %q}", head, `"`)
	case f.Before == "" && at > 0:
		return fmt.Sprintf("the payload does not come alone: add envelope: {before: %q}", head)
	case !bytes.Contains(message, []byte(f.Before)):
		return fmt.Sprintf("the envelope does not match: %q does not occur, and the payload stands behind %q", f.Before, head)
	case !bytes.HasSuffix(message[:at], []byte(f.Before)):
		return fmt.Sprintf("the envelope does not match: the payload stands behind %q, not behind %q", head, f.Before)
	default:
		return fmt.Sprintf("the envelope does not match: %q does not follow the payload", f.After)
	}
}

// several says how to part the messages that begin at places in a frame. Quotes part none: they are the envelope of each.
func several(message []byte, there []int) string {
	head, between := before(message, there), separator(message[:there[1]])
	switch {
	case strings.HasSuffix(head, `"`):
		return fmt.Sprintf("frames hold several messages: add envelope: {before: %q, after: %q}", head, `"`)
	case strings.Contains(between, `"`):
		return "frames hold several messages: let envelope.before and envelope.after be the texts around each"
	default:
		return fmt.Sprintf("frames hold several messages, joined by %q: add envelope: {between: %q}", between, between)
	}
}

// before is the text that the payloads which begin at places stand behind: of two what both have, without the rest of a word
// or a number that differs.
func before(message []byte, there []int) string {
	const most = 24 // bytes of a suggestion
	head := message[max(0, there[0]-most):there[0]]
	if len(there) == 1 {
		return string(head)
	}
	next := message[there[0]+StampSize : there[1]]
	n := 0
	for n < min(len(head), len(next)) && head[len(head)-1-n] == next[len(next)-1-n] {
		n++
	}
	both := head[len(head)-n:]
	if n < len(head) {
		both = bytes.TrimLeftFunc(both, func(r rune) bool { return r < 0x80 && digitOf[r] <= 63 })
	}
	if len(both) == 0 {
		return string(head)
	}
	return string(both)
}

// behind says what follows a payload of plain text, which ends in dots.
func (*External) behind(payload []byte) string {
	rest := payload[StampSize:]
	if tail := bytes.TrimLeft(rest, "."); len(tail) > 0 && len(tail) < len(rest) {
		return fmt.Sprintf("something follows the payload: add envelope: {after: %q}", tail[:min(len(tail), 24)])
	}
	return ""
}

// DiagnoseStream says why the bytes of an event stream came to no event; empty: it cannot be told.
func DiagnoseStream(body []byte) string {
	var bare, data bool
	for line := range bytes.Lines(body) {
		bare = bare || line[0] == '{' || line[0] == '['
		data = data || bytes.HasPrefix(line, []byte("data"))
	}
	switch {
	case !data && bare:
		return "lines of bare JSON, without data: before them"
	case !data && len(published(body)) > 0:
		return "lines without data: before them"
	case data && !bytes.Contains(body, []byte("\n\n")) && !bytes.Contains(body, []byte("\r\n\r\n")) && !bytes.Contains(body, []byte("\r\r")):
		return "an event has begun and not ended: a blank line is missing behind it"
	default:
		return ""
	}
}

// published finds where messages begin that can have been published: words and identifiers look like stamps, too, but of no
// such time.
func published(text []byte) (places []int) {
	const longest = int64(365 * 24 * time.Hour) // that a machine is up
	for at := 0; at < len(text); at++ {
		if at > 0 && digitOf[text[at-1]] <= 63 {
			continue
		}
		s, ok := ParseStamp(text[at:])
		if ok && !s.Greeting() && s.Intended < longest && s.Seq > 0 {
			places = append(places, at)
			at += StampSize - 1
		}
	}
	return places
}

// separator is the text at the end of all that stands before a message, which parts it from the one before.
func separator(before []byte) string {
	for _, known := range []string{"\r\n", "\n", "\x1e", "\x00"} {
		if bytes.HasSuffix(before, []byte(known)) {
			return known
		}
	}
	at := len(before)
	for at > 0 && len(before)-at < 8 && before[at-1] != '.' && digitOf[before[at-1]] > 63 {
		at--
	}
	return string(before[at:])
}
