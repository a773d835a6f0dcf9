package sse

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pushbench/pushbench/clients/http1"
)

// ErrNoContent is how a server tells a client not to connect again: status 204.
var ErrNoContent = errors.New("sse: status 204: the server asks not to reconnect")

// accept checks a response as an EventSource does (section 9.2.2): status 200 and the media type, or it fails.
func (d *Decoder) accept(r *http1.Response) error {
	switch r.Status {
	case 200:
	case 204:
		return ErrNoContent
	default:
		if redirect := r.Redirect(); redirect != nil {
			return redirect
		}
		return fmt.Errorf("sse: status %d, want 200", r.Status)
	}
	media, _, _ := strings.Cut(r.Get("Content-Type"), ";")
	if !strings.EqualFold(strings.Trim(media, " \t"), "text/event-stream") {
		return fmt.Errorf("sse: content type %.80q, want text/event-stream", r.Get("Content-Type"))
	}
	// A stream in another coding would be read as one without events.
	if coding := r.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return fmt.Errorf("sse: content encoding %.80q was not asked for", coding)
	}
	return nil
}
