package wire

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"
)

// Verb is a command of the bus: the name of it, and the types of what asks and of what answers.
type Verb[Request, Response any] string

// Nothing is the request or the response of a verb that needs none.
type Nothing = struct{}

// The verbs of an agent.
const (
	VerbHello        Verb[Nothing, Hello]       = "hello"
	VerbRamp         Verb[Ramp, Nothing]        = "ramp"
	VerbProfile      Verb[Profile, Nothing]     = "profile"
	VerbBlackhole    Verb[Blackhole, Nothing]   = "blackhole"
	VerbExpect       Verb[Expect, Nothing]      = "expect"
	VerbOpenUplinks  Verb[OpenUplinks, Nothing] = "open_uplinks"
	VerbCloseUplinks Verb[Nothing, Nothing]     = "close_uplinks"
	VerbSend         Verb[Send, Nothing]        = "send"
	VerbCollect      Verb[Collect, Report]      = "collect"
	VerbStop         Verb[Nothing, Nothing]     = "stop"
)

// AgentSubject is where an agent listens for its verbs.
func AgentSubject(agent string) string { return "pushbench.agent." + agent }

// answer is a response as it travels: the value, or an error.
type answer[Response any] struct {
	Value Response `json:"value"`
	Error string   `json:"error,omitempty"`
}

// Serve answers a verb on a subject. Each request is handed to run, so that a long one keeps no other waiting.
func Serve[Request, Response any](bus *nats.Conn, subject string, verb Verb[Request, Response], run func(func()), do func(Request) (Response, error)) error {
	_, err := bus.Subscribe(subject+"."+string(verb), func(m *nats.Msg) {
		run(func() {
			var (
				request Request
				a       answer[Response]
			)
			err := json.Unmarshal(m.Data, &request)
			if err == nil {
				a.Value, err = do(request)
			}
			if err != nil {
				a.Error = err.Error()
			}
			if err := respond(m, a); err != nil { // no JSON, or more than the bus carries
				_ = respond(m, answer[Response]{Error: err.Error()}) // the bus reports its own loss
			}
		})
	})
	if err != nil {
		return fmt.Errorf("subscribe to %s: %w", verb, err)
	}
	return nil
}

func respond(m *nats.Msg, a any) error {
	data, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return m.Respond(data)
}

// Ask sends a request and waits for its response as long as ctx does. Where no process serves the verb the error is
// nats.ErrNoResponders.
func Ask[Request, Response any](ctx context.Context, bus *nats.Conn, subject string, verb Verb[Request, Response], request Request) (Response, error) {
	var a answer[Response]
	data, err := json.Marshal(request)
	if err != nil {
		return a.Value, fmt.Errorf("%s: %w", verb, err)
	}
	m, err := bus.RequestWithContext(ctx, subject+"."+string(verb), data)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil && !errors.Is(err, nats.ErrNoResponders) {
			err = cause
		}
		return a.Value, fmt.Errorf("%s: %w", verb, err)
	}
	if err := json.Unmarshal(m.Data, &a); err != nil {
		return a.Value, fmt.Errorf("%s: %w", verb, err)
	}
	if a.Error != "" {
		return a.Value, fmt.Errorf("%s: %s", verb, a.Error)
	}
	return a.Value, nil
}
