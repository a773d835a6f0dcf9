package wire

import (
	"bytes"
	"encoding/json"
	"text/template"
)

// Foreign is what a client must know of a server that is not ours. Such a server sends no greeting: the head of its response
// confirms the subscription.
type Foreign struct {
	Published uint64 `json:"published"`        // messages before the subscription, which nobody else tells
	Before    string `json:"before,omitempty"` // the text behind which a payload begins in what the server makes of it
	After     string `json:"after,omitempty"`  // and the text it ends before; empty: it is the rest
}

// Payload finds the payload in what the server has made of it. False: it is no message of ours.
func (f *Foreign) Payload(message []byte) ([]byte, bool) {
	if f.Before != "" {
		at := bytes.Index(message, []byte(f.Before))
		if at < 0 {
			return nil, false
		}
		message = message[at+len(f.Before):]
	}
	if f.After != "" {
		end := bytes.Index(message, []byte(f.After))
		if end < 0 {
			return nil, false
		}
		message = message[:end]
	}
	return message, true
}

// Message is what the body of a request that publishes is made of.
type Message struct{ Payload string }

// PublishTemplate reads the body of such requests: {{.Payload}}, or {{json .Payload}} for a JSON string.
func PublishTemplate(body string) (*template.Template, error) {
	return template.New("").Funcs(template.FuncMap{"json": func(text string) (string, error) {
		b, err := json.Marshal(text)
		return string(b), err
	}}).Parse(body)
}
