package main

import (
	"context"

	"github.com/r3labs/sse/v2"
)

// newR3labs is a server of r3labs/sse with one stream, without replay: nobody resumes.
func newR3labs(settings) peer {
	const stream = "messages"
	s := sse.New()
	s.AutoReplay = false
	s.CreateStream(stream)
	return peer{
		subscribe: s,
		publish: func(b []byte) error {
			s.Publish(stream, &sse.Event{Data: b})
			return nil
		},
		stop: func(context.Context) error {
			s.Close()
			return nil
		},
	}
}
