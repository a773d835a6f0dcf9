package wire

import (
	"net/http"
	"time"
)

// Publisher is what a publisher process must know. It publishes to servers of ours, or by HTTP requests to one that is not. It may
// hold secrets.
type Publisher struct {
	Lane    string    `json:"lane"`
	Servers []Control `json:"servers,omitempty"` // of ours, which have each message appended; none: the requests below publish

	Method string      `json:"method"`
	URL    string      `json:"url"`
	Header http.Header `json:"header"`
	Body   string      `json:"body"`   // a template, as PublishTemplate reads it
	Answer string      `json:"answer"` // text that is in the answer to every message that was taken; empty: the status decides

	Trust Trust `json:"trust,omitzero"` // where the URL is https

	Concurrency int           `json:"concurrency"` // requests that may be under way at once; 0 is 1: the order is kept
	Patience    time.Duration `json:"patience"`    // how long one answer may take; 0: for ever, or 5 s of a server of ours
}
