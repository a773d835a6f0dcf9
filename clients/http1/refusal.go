package http1

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/pushbench/pushbench/internal/secret"
)

// Refuse adds to the error for which a response is refused what the server says about it. Its body is what has come of it.
func Refuse(err error, r *Response, body []byte) error {
	if r.Status < 400 {
		return err
	}
	if r.Has("Transfer-Encoding", "chunked") {
		_, body, _ = bytes.Cut(body, []byte{'\n'}) // behind the size of the first chunk
	}
	return fmt.Errorf("%w%s", err, Says(r.Get, body))
}

// Says is what a refusing answer says, to stand behind its status: the fields with its demands, and the first line of its body, without
// secrets. Empty: nothing.
func Says(field func(name string) string, body []byte) string {
	var b strings.Builder
	for _, name := range []string{"Location", "WWW-Authenticate", "Allow"} {
		if value := field(name); value != "" {
			fmt.Fprintf(&b, ", %s: %.200q", name, secret.Mask(value))
		}
	}
	if line, _, _ := bytes.Cut(bytes.TrimSpace(body), []byte{'\n'}); len(line) > 0 {
		fmt.Fprintf(&b, ", %.100q", secret.Mask(strings.TrimSpace(string(line))))
	}
	return b.String()
}
