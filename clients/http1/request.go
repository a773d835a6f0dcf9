package http1

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/pushbench/pushbench/internal/wire"
)

// Get returns the request for what a target has behind a message. The query has another parameter, unless that is empty, and
// the head these lines.
func Get(t wire.Target, after uint64, parameter string, lines ...string) []byte {
	size := 96 + len(t.Path) + len(t.Host) + len(t.Address) + len(t.Header) + len(parameter)
	for _, line := range lines {
		size += len(line) + 2
	}
	r := append(make([]byte, 0, size), "GET "...)
	r = AppendPath(r, t.Path, after, parameter)
	r = append(r, " HTTP/1.1\r\nHost: "...)
	r = append(r, cmp.Or(t.Host, t.Address)...)
	r = append(append(r, "\r\n"...), t.Header...)
	for _, line := range lines {
		r = append(append(r, line...), "\r\n"...)
	}
	return append(r, "\r\n"...)
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
