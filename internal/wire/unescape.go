package wire

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// unescape is what a JSON string says that is written between its quotes (RFC 8259, section 7); false: it is none. The load
// does this for each message: encoding/json takes several times as long.
func unescape(text []byte) ([]byte, bool) {
	out := make([]byte, 0, len(text))
	for {
		at := bytes.IndexByte(text, '\\')
		if at < 0 {
			return append(out, text...), true
		}
		out = append(out, text[:at]...)
		if text = text[at+1:]; len(text) == 0 {
			return nil, false
		}
		if text[0] == 'u' {
			c, size, ok := hexadecimal(text[1:])
			if !ok {
				return nil, false
			}
			out, text = utf8.AppendRune(out, c), text[1+size:]
			continue
		}
		which := bytes.IndexByte([]byte(`"\/bfnrt`), text[0])
		if which < 0 {
			return nil, false
		}
		out, text = append(out, "\"\\/\b\f\n\r\t"[which]), text[1:]
	}
}

// hexadecimal reads four digits behind \u, and the pair of them that is one character beyond 16 bits.
func hexadecimal(text []byte) (c rune, size int, ok bool) {
	const digits = 4
	if len(text) < digits {
		return 0, 0, false
	}
	v, err := strconv.ParseUint(string(text[:digits]), 16, 16)
	if err != nil {
		return 0, 0, false
	}
	c = rune(v)
	if utf16.IsSurrogate(c) {
		if rest := text[digits:]; len(rest) >= 2+digits && rest[0] == '\\' && rest[1] == 'u' {
			low, err := strconv.ParseUint(string(rest[2:2+digits]), 16, 16)
			if pair := utf16.DecodeRune(c, rune(low)); err == nil && pair != utf8.RuneError {
				return pair, 2*digits + 2, true
			}
		}
		c = utf8.RuneError
	}
	return c, digits, true
}
