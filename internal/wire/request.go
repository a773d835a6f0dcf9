package wire

import "encoding/json"

// Request is one of the control API, on its way over a node.
type Request struct {
	Method string          `json:"method"`
	Path   string          `json:"path"`
	Body   json.RawMessage `json:"body,omitempty"`
}
