package wire

import (
	"net/http"
	"time"
)

// The ways to have a message published by a server that is not ours, as keys of a lane file whose values say where.
const (
	ByRequest   = "url"
	ByRedis     = "redis"
	ByNATS      = "nats"
	ByAMQP      = "amqp"
	ByWebSocket = "websocket"
	ByCommand   = "command"
)

// Publisher is what a publisher process must know. It publishes to servers of ours, or in one of the ways above to one that is not. It
// may hold secrets.
type Publisher struct {
	Lane    string    `json:"lane"`
	Servers []Control `json:"servers,omitempty"` // of ours, which have each message appended; none: the way below publishes

	By   string `json:"by"`   // the way; empty: by request
	URL  string `json:"url"`  // of the requests, the broker or the WebSocket
	Body string `json:"body"` // of a message: a template, as PublishTemplate reads it

	Method string      `json:"method"`
	Header http.Header `json:"header"` // of the requests, or of a WebSocket's handshake
	Answer string      `json:"answer"` // text that is in the answer to every message that was taken; empty: the status decides

	Channel  string   `json:"channel,omitempty"`  // of Redis: PUBLISH. Empty: there is a stream
	Stream   string   `json:"stream,omitempty"`   // of Redis: XADD
	Field    string   `json:"field,omitempty"`    // of an entry in the stream that has the message
	Subject  string   `json:"subject,omitempty"`  // of NATS
	Exchange string   `json:"exchange,omitempty"` // of AMQP; empty: the default one, where keys are names of queues
	Key      string   `json:"key,omitempty"`      // for routing
	Send     []string `json:"send,omitempty"`     // texts of a WebSocket before the first message
	Command  []string `json:"command,omitempty"`  // a program that takes a message with each line of its stdin
	Folder   string   `json:"folder,omitempty"`   // it runs in

	Trust Trust `json:"trust,omitzero"` // where the URL is one with TLS

	Concurrency int           `json:"concurrency"` // requests that may be under way at once; 0 is 1: the order is kept
	Patience    time.Duration `json:"patience"`    // how long one answer may take; 0: for ever, or 5 s of a server of ours
}
