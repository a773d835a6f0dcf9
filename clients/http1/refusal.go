package http1

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/pushbench/pushbench/internal/secret"
)

// Refuse adds to the error for which a response is refused what the server says about it: the fields that have its demands, and the
// first line of the body as far as that has come, without secrets.
func Refuse(err error, r *Response, body []byte) error {
	if r.Status < 400 {
		return err
	}
	var words strings.Builder
	for _, name := range []string{"WWW-Authenticate", "Allow"} {
		if value := r.Get(name); value != "" {
			fmt.Fprintf(&words, ", %s: %.200q", name, secret.Mask(value))
		}
	}
	if r.Has("Transfer-Encoding", "chunked") {
		_, body, _ = bytes.Cut(body, []byte{'\n'}) // behind the size of the first chunk
	}
	if line, _, _ := bytes.Cut(bytes.TrimSpace(body), []byte{'\n'}); len(line) > 0 {
		fmt.Fprintf(&words, ", %.100q", secret.Mask(strings.TrimSpace(string(line))))
	}
	if words.Len() == 0 {
		return err
	}
	return fmt.Errorf("%w%s", err, words.String())
}
