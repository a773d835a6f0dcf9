package epoll

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"
)

// HeadEnd returns how long the request head at the beginning of in is, with its empty line; 0 while that has not come.
func HeadEnd(in []byte) int {
	for at := 0; ; {
		line := bytes.IndexByte(in[at:], '\n')
		if line < 0 {
			return 0
		}
		at += line + 1
		switch rest := in[at:]; {
		case bytes.HasPrefix(rest, []byte("\r\n")):
			return at + 2
		case bytes.HasPrefix(rest, []byte("\n")): // RFC 9112, 2.2: a lone LF may be taken for a line's end
			return at + 1
		}
	}
}

// Head returns a response head whose connection ends with its body. Fields are whole lines with their ends.
func Head(proto string, status int, fields string) []byte {
	return fmt.Appendf(nil, "%s %d %s\r\nDate: %s\r\nConnection: close\r\n%s\r\n",
		proto, status, http.StatusText(status), time.Now().UTC().Format(http.TimeFormat), fields)
}

// Dated is an answer with its date, made once for all that ask within a second. It is shared: not to be changed.
type Dated struct {
	Make func() []byte
	made atomic.Pointer[dated]
}

type dated struct {
	second int64
	bytes  []byte
}

// Bytes returns the answer of now.
func (d *Dated) Bytes() []byte {
	now := time.Now().Unix()
	m := d.made.Load()
	if m == nil || m.second != now {
		m = &dated{now, d.Make()}
		d.made.Store(m)
	}
	return m.bytes
}

// Done returns the whole response to a request that is done and needs no answer, on a connection that stays open.
func Done() []byte {
	return fmt.Appendf(nil, "HTTP/1.1 %d %s\r\nDate: %s\r\n\r\n",
		http.StatusNoContent, http.StatusText(http.StatusNoContent), time.Now().UTC().Format(http.TimeFormat))
}

// Refusal returns a whole response with the reason as a line of text.
func Refusal(status int, why, fields string) []byte {
	why += "\n"
	fields += fmt.Sprintf("Content-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n", len(why))
	return append(Head("HTTP/1.1", status, fields), why...)
}

// RefuseHTTP is Transport.Refuse for all transports that begin with HTTP.
func RefuseHTTP(cause error) []byte {
	if errors.Is(cause, ErrTooLong) {
		return Refusal(http.StatusRequestHeaderFieldsTooLarge, cause.Error(), "")
	}
	return Refusal(http.StatusRequestTimeout, cause.Error(), "")
}
