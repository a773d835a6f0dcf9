package wire

import (
	"bytes"
	"iter"
	"strings"
)

// External is what a client must know of a server that is not ours. Such a server sends no greeting: the head of its response
// confirms the subscription.
type External struct {
	Published uint64 `json:"published"`         // messages before the subscription, which nobody else tells
	Before    string `json:"before,omitempty"`  // the text behind which a payload begins in what the server makes of it
	After     string `json:"after,omitempty"`   // and the text it ends before; empty: it is the rest
	Between   string `json:"between,omitempty"` // the text that joins several messages in one frame or event; empty: none does

	JSON   string `json:"json,omitempty"`   // instead of Before and After: where the payload is in a JSON document, as JSONValues reads it; empty: in none
	Base64 bool   `json:"base64,omitempty"` // what is there is base64 of the payload

	Resume bool `json:"resume,omitempty"` // clients that come back ask for what is behind their last id, whatever their policy

	Confirmed string `json:"confirmed,omitempty"` // text in the message that confirms a subscription; empty: the head of the response does

	Overlap bool `json:"overlap,omitempty"` // requests that published overlapped: the order is the publisher's own
}

// Payloads finds the payloads in a frame or an event: behind each place of the text before one, in each of the parts it was
// joined from. What has none is no message of ours. Where quotes enclose a payload it is a JSON string, and what escapes it is
// undone. A payload is valid until the bytes it was found in are not.
func (f *External) Payloads(message []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		if f.Between == "" {
			f.each(message, yield)
			return
		}
		for part := range bytes.SplitSeq(message, []byte(f.Between)) {
			if len(part) > 0 && !f.each(part, yield) {
				return
			}
		}
	}
}

// each yields the payloads of one part; false: enough.
func (f *External) each(part []byte, yield func([]byte) bool) bool {
	if f.Base64 {
		text := yield
		yield = func(encoded []byte) bool { return text(decoded(encoded)) }
	}
	if f.JSON != "" {
		return JSONValues(part, f.JSON, yield)
	}
	for len(part) > 0 {
		at := bytes.Index(part, []byte(f.Before))
		if at < 0 {
			return true
		}
		part = part[at+len(f.Before):]
		end := f.end(part)
		if end < 0 {
			return true
		}
		if !yield(f.plain(part[:end])) {
			return false
		}
		if f.Before == "" {
			return true // it cannot be told where another begins
		}
		part = part[end+len(f.After):]
	}
	return true
}

// end is where a payload ends; below 0: it does not. A quote that is escaped ends no JSON string.
func (f *External) end(payload []byte) int {
	if f.After == "" {
		return len(payload)
	}
	for from := 0; ; {
		at := bytes.Index(payload[from:], []byte(f.After))
		if at < 0 {
			return -1
		}
		at += from
		escapes := 0
		for f.quoted() && escapes < at && payload[at-1-escapes] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			return at
		}
		from = at + 1
	}
}

// quoted tells whether the server puts the payload into a JSON string.
func (f *External) quoted() bool {
	return strings.HasSuffix(f.Before, `"`) && strings.HasPrefix(f.After, `"`)
}

// plain undoes what escapes a payload in a JSON string. What is no such string stays as it came, and is not what was published.
func (f *External) plain(payload []byte) []byte {
	if !f.quoted() || bytes.IndexByte(payload, '\\') < 0 {
		return payload
	}
	text, ok := unescape(payload)
	if !ok {
		return payload
	}
	return text
}
