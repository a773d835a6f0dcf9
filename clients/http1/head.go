// Package http1 reads HTTP/1.1 responses without a socket: the head once it is whole, then the body in place.
//
// It stands below the decoders of all transports that begin with HTTP, which get bytes from the fleet and hand messages to its
// recorder. net/http cannot take that place: it wants a blocking reader, and with it a goroutine and a buffered reader for every
// connection, which would cost the load generator more than the server under test. Here a connection costs nothing for
// its head once that is read, and an Exchange for where it stands.
package http1

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// MaxHead is the largest response head accepted, interim responses included, in bytes.
// Browsers read more than the 64 KiB that most servers send at most.
const MaxHead = 256 << 10

var (
	errHeadSize = fmt.Errorf("http: response head is larger than %d bytes", MaxHead)
	errNotHTTP  = errors.New(`http: response does not begin with "HTTP/1."`)
)

// Response is the head of a response.
type Response struct {
	Status int
	Minor  int // of the version: 1 for HTTP/1.1
	Fields []Field
}

// Field is one header line; white space around the value is gone (RFC 9112 section 5).
type Field struct{ Name, Value string }

// Get returns the value of the first field called name, or "" (names ignore case: RFC 9110 section 5.1).
func (r *Response) Get(name string) string {
	for _, f := range r.Fields {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// Has reports whether a field called name holds token in its comma-separated list (RFC 9110 section 5.6.1).
func (r *Response) Has(name, token string) bool {
	for _, f := range r.Fields {
		if !strings.EqualFold(f.Name, name) {
			continue
		}
		for element := range strings.SplitSeq(f.Value, ",") {
			if strings.EqualFold(strings.Trim(element, " \t"), token) {
				return true
			}
		}
	}
	return false
}

// ReadHead takes the next bytes of a response and returns its head and the bytes behind it, or a nil Response while the
// head is incomplete. *partial is where the caller keeps the incomplete part; it is nil again once the head is read.
// Interim responses are skipped (RFC 9110 section 15.2), except 101, which ends HTTP on the connection.
func ReadHead(partial *[]byte, in []byte) (r *Response, rest []byte, err error) {
	before := len(*partial)
	buf := in
	if before > 0 {
		// A body may follow in the same bytes: no more is copied than a head can be long.
		*partial = append(*partial, in[:min(len(in), MaxHead+1-before)]...)
		buf = *partial
	}
	// Scanning anew on each call keeps no state; a head nearly always comes in one piece.
	at := 0
	for {
		n, err := headSize(buf[at:])
		if err != nil || at+n > MaxHead || n == 0 && len(buf) > MaxHead {
			*partial = nil
			if err == nil {
				err = errHeadSize
			}
			return nil, nil, err
		}
		if n == 0 {
			break
		}
		r, err := parseHead(string(buf[at : at+n]))
		at += n
		if err != nil || r.Status >= 200 || r.Status == 101 {
			*partial = nil
			return r, in[at-before:], err
		}
	}
	if before == 0 {
		*partial = append(*partial, in...)
	}
	return nil, nil, nil
}

// headSize returns the length of the head at the start of b, its empty line included, or 0 if its end is not in b. A
// line ends with LF; the CR before it is optional (RFC 9112 section 2.2).
func headSize(b []byte) (int, error) {
	const start = "HTTP/1."
	if n := min(len(b), len(start)); string(b[:n]) != start[:n] {
		return 0, errNotHTTP // at once: a server that speaks something else may never send an empty line
	}
	for at := 0; ; {
		n := bytes.IndexByte(b[at:], '\n')
		if n < 0 {
			return 0, nil
		}
		if n == 0 || n == 1 && b[at] == '\r' {
			return at + n + 1, nil
		}
		at += n + 1
	}
}

// parseHead reads a whole head. The fields are substrings of it, so that a head costs three allocations.
func parseHead(head string) (*Response, error) {
	line, head := cutLine(head)
	r, err := parseStatus(line)
	if err != nil {
		return nil, err
	}
	r.Fields = make([]Field, 0, strings.Count(head, "\n"))
	for {
		line, head = cutLine(head)
		if line == "" {
			return r, nil
		}
		line, head = unfold(line, head)
		name, value, ok := strings.Cut(line, ":")
		// A space before the colon is one too many (RFC 9112 section 5.1), and so is one before the first field (2.2).
		if !ok || !isToken(name) {
			return nil, fmt.Errorf("http: malformed header line %.80q", line)
		}
		value = strings.Trim(value, " \t")
		if !isValue(value) {
			return nil, fmt.Errorf("http: malformed value of header %.80q", line)
		}
		r.Fields = append(r.Fields, Field{name, value})
	}
}

// unfold joins a field line with those that continue it because they begin with white space (obs-fold). A client has to read
// each such line break as a space (RFC 9112 section 5.2).
func unfold(line, head string) (whole, rest string) {
	if !continues(head) {
		return line, head
	}
	var b strings.Builder
	b.WriteString(strings.TrimRight(line, " \t"))
	for continues(head) {
		line, head = cutLine(head)
		b.WriteByte(' ')
		b.WriteString(strings.Trim(line, " \t"))
	}
	return b.String(), head
}

func continues(head string) bool { return head != "" && (head[0] == ' ' || head[0] == '\t') }

// parseStatus reads a status line (RFC 9112 section 4).
func parseStatus(line string) (*Response, error) {
	// HTTP/1.1 200 OK: the reason phrase may be missing, and with it the space before it.
	const minor, code, end = len("HTTP/1."), len("HTTP/1.1 "), len("HTTP/1.1 200")
	// A higher minor version is one this client can process, as if it were the highest it knows (RFC 9110 section 2.5).
	if len(line) < end || line[minor] < '0' || line[minor] > '9' || line[code-1] != ' ' ||
		len(line) > end && line[end] != ' ' {
		return nil, fmt.Errorf("http: malformed status line %.80q", line)
	}
	r := &Response{Minor: int(line[minor] - '0')}
	for _, c := range []byte(line[code:end]) {
		if c < '0' || c > '9' {
			return nil, fmt.Errorf("http: malformed status line %.80q", line)
		}
		r.Status = r.Status*10 + int(c-'0')
	}
	if r.Status < 100 {
		return nil, fmt.Errorf("http: malformed status line %.80q", line)
	}
	return r, nil
}

func cutLine(s string) (line, rest string) {
	line, rest, _ = strings.Cut(s, "\n")
	return strings.TrimSuffix(line, "\r"), rest
}

// isToken follows RFC 9110 section 5.6.2.
func isToken(s string) bool {
	for _, c := range []byte(s) {
		letterOrDigit := 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9'
		if !letterOrDigit && !strings.ContainsRune("!#$%&'*+-.^_`|~", rune(c)) {
			return false
		}
	}
	return s != ""
}

// isValue refuses control characters (RFC 9110 section 5.5).
func isValue(s string) bool {
	for _, c := range []byte(s) {
		if c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}
