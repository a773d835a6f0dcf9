package http1

import (
	"fmt"

	"github.com/pushbench/pushbench/internal/secret"
)

// RedirectError is a response that sends the client elsewhere. Whether a client goes there is a matter of its protocol.
type RedirectError struct {
	Status   int
	Location string // as the server wrote it: it may be relative
}

func (e *RedirectError) Error() string {
	return fmt.Sprintf("http: status %d redirects to %.200q", e.Status, secret.Mask(e.Location))
}

// Redirect returns where the response sends the client, nil if nowhere: the statuses that fetch takes for a redirect are
// those of RFC 9110 section 15.4 for a resource that is found elsewhere.
func (r *Response) Redirect() *RedirectError {
	location := r.Get("Location")
	switch r.Status {
	case 301, 302, 303, 307, 308:
		if location != "" {
			return &RedirectError{Status: r.Status, Location: location}
		}
	}
	return nil
}
