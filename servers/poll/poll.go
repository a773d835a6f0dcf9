// Package poll answers requests in place of streaming: a client asks for what has come after the last message it has, and
// asks again. Long polling waits for the next message, short polling answers at once with what there is.
//
// It is between the hub's delivery loop and net/http. An answer is lines as those of servers/ndjson, or 204 when there
// is nothing new. A request with ?greet=1 is answered with the greeting alone, which confirms a new client, or one that
// resumes. 410 means that the history does not reach back so far.
package poll

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/pushbench/pushbench/servers/hub"
)

// Long mounts long polling on net/http's own router. Silence as long as the heartbeat interval is answered, too, so that
// no proxy on the way gives the request up.
func Long(r *http.ServeMux, path string, h *hub.Hub, p hub.Policy) {
	r.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
		if a := begin(w, r); a != nil {
			a.end(h.Deliver(r.Context(), a.after, p, a))
		}
	})
}

// Short mounts short polling: a subscription that is over before it would wait.
func Short(r *http.ServeMux, path string, h *hub.Hub, p hub.Policy) {
	over, end := context.WithCancelCause(context.Background())
	end(errNothing)
	r.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
		if a := begin(w, r); a != nil {
			a.end(h.Deliver(over, a.after, p, a))
		}
	})
}

// answer is the sink of one response: the first batch is all of it.
type answer struct {
	response http.ResponseWriter
	after    uint64
	greet    bool // the greeting is asked for
	greeted  bool
}

// Ends of a subscription that are none of the server's.
var (
	errAnswered = errors.New("answered") // it has its messages
	errNothing  = errors.New("nothing new")
)

// begin reads what a request has; nil: it has been refused.
func begin(w http.ResponseWriter, r *http.Request) *answer {
	after, err := hub.ParseAfter(r.URL.Query().Get("after"))
	if err != nil {
		http.Error(w, fmt.Sprintf("after: %v", err), http.StatusBadRequest)
		return nil
	}
	w.Header().Set("Cache-Control", "no-store")
	return &answer{response: w, after: after, greet: r.URL.Query().Get("greet") == "1"}
}

// Send answers with a batch; the first is the greeting.
func (a *answer) Send(batch []hub.Message) error {
	if greeting := !a.greeted; greeting {
		a.greeted = true
		if !a.greet {
			return nil
		}
	}
	size := 0
	for i := range batch {
		size += len(batch[i].Frame.([]byte)) //nolint:forcetypeassert // Encode made it
	}
	header := a.response.Header()
	header.Set("Content-Type", "application/x-ndjson")
	header.Set("Content-Length", strconv.Itoa(size)) // one write, and no chunks
	for i := range batch {
		if _, err := a.response.Write(batch[i].Frame.([]byte)); err != nil { //nolint:forcetypeassert // as above
			return err
		}
	}
	return errAnswered
}

// Heartbeat answers that there is nothing.
func (a *answer) Heartbeat() error {
	a.response.WriteHeader(http.StatusNoContent)
	return errAnswered
}

// end answers a request whose subscription has ended without an answer.
func (a *answer) end(err error) {
	switch {
	case errors.Is(err, errAnswered):
	case errors.Is(err, hub.ErrLagged):
		http.Error(a.response, "the history does not reach back so far: begin anew without after", http.StatusGone)
	case errors.Is(err, errNothing):
		a.response.WriteHeader(http.StatusNoContent)
	default: // the server ends, or cuts
		a.response.Header().Set("Connection", "close")
		a.response.WriteHeader(http.StatusNoContent)
	}
}
