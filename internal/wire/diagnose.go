package wire

import (
	"bytes"
	"fmt"
	"strings"
	"time"
)

// Diagnose says why the messages in a frame or an event of such a server were not found, or came out as others than were
// published, and what to write into the lane file; empty: the way they are looked for does not tell.
func (f *Foreign) Diagnose(message []byte) string {
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
	case len(there) > len(found) && len(there) > 1:
		between := separator(message[:there[1]])
		return fmt.Sprintf("frames hold several messages, joined by %q: add envelope: {between: %q}", between, between)
	case len(found) == 0:
		return f.envelope(message, there[0])
	case bytes.Contains(found[0], []byte(`\"`)):
		return "the payload is inside a JSON string: let envelope.before end and envelope.after begin with its quotes"
	default:
		return f.behind(found[0])
	}
}

// envelope says what is wrong with the texts around a payload that begins at a place in the message.
func (f *Foreign) envelope(message []byte, at int) string {
	const most = 24 // bytes of a suggestion
	head := string(message[max(0, at-most):at])
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

// behind says what follows a payload of plain text, which ends in dots.
func (*Foreign) behind(payload []byte) string {
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
// such time and number.
func published(text []byte) (places []int) {
	const (
		longest = int64(365 * 24 * time.Hour) // that a machine is up
		most    = 1 << 18                     // messages
	)
	for at := 0; at < len(text); at++ {
		if at > 0 && digitOf[text[at-1]] <= 63 {
			continue
		}
		s, ok := ParseStamp(text[at:])
		if ok && !s.Greeting() && s.Intended < longest && s.Seq > 0 && s.Seq < most {
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
