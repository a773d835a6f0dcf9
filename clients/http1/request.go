package http1

import (
	"cmp"
	"net/textproto"
	"strconv"
	"strings"

	"github.com/pushbench/pushbench/internal/wire"
)

// Request returns what asks a target for what it has behind a message: a GET, unless the target wants another method, and its body. The
// query has another parameter, unless that is empty, and the head these lines; a field of the target's own stands in place of one of them.
func Request(t wire.Target, after uint64, parameter string, lines ...string) []byte {
	size := 128 + len(t.Path) + len(t.Host) + len(t.Address) + len(t.Header) + len(t.Body) + len(parameter)
	for _, line := range lines {
		size += len(line) + 2
	}
	r := append(make([]byte, 0, size), cmp.Or(t.Method, "GET")...)
	r = AppendPath(append(r, ' '), t.Path, after, parameter)
	r = append(r, " HTTP/1.1\r\nHost: "...)
	r = append(r, cmp.Or(t.Host, t.Address)...)
	r = append(append(r, "\r\n"...), t.Header...)
	for _, line := range lines {
		if !replaced(t.Header, line) {
			r = append(append(r, line...), "\r\n"...)
		}
	}
	if t.Body != "" || t.Method != "" && t.Method != "GET" {
		r = append(strconv.AppendInt(append(r, "Content-Length: "...), int64(len(t.Body)), 10), "\r\n"...)
	}
	return append(append(r, "\r\n"...), t.Body...)
}

// replaced reports whether a head has a field of this line's name.
func replaced(head, line string) bool {
	if head == "" {
		return false
	}
	name, _, _ := strings.Cut(line, ":")
	for own := range strings.Lines(head) {
		if field, _, _ := strings.Cut(own, ":"); textproto.CanonicalMIMEHeaderKey(field) == textproto.CanonicalMIMEHeaderKey(name) {
			return true
		}
	}
	return false
}

// AppendPath appends a path whose query says after which message to resume, unless that is wire.Live, and the parameter,
// unless that is empty.
func AppendPath(b []byte, path string, after uint64, parameter string) []byte {
	b = append(b, cmp.Or(path, "/")...)
	separator := byte('?')
	if strings.Contains(path, "?") {
		separator = '&'
	}
	if after != wire.Live {
		b = append(append(b, separator), "after="...)
		b = strconv.AppendUint(b, after, 10)
		separator = '&'
	}
	if parameter != "" {
		b = append(append(b, separator), parameter...)
	}
	return b
}
