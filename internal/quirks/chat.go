package quirks

import (
	"context"
	"net"

	"github.com/redis/go-redis/v9"
)

// chatCases publish what comes over a subscription.
func chatCases() []Case {
	return []Case{{Name: "chat", About: "hands what any client sends to all", Read: handsOn, Subscribe: frames(func(_ *Subscriber, _ int, p string) []byte {
		return frame(0x81, p)
	})}}
}

// handsOn hands the texts of a client to all, until it leaves.
func handsOn(c *Subscriber) {
	for {
		first, text, err := readFrame(c.In)
		if err != nil || first&15 == 8 {
			return
		}
		if first&15 == 1 {
			toAll(c.server, nil, text)
		}
	}
}

// ServeChannel serves a case whose messages come over the channel updates of a Redis, too, once it listens there.
func ServeChannel(ctx context.Context, l net.Listener, name, address string) error {
	client := redis.NewClient(&redis.Options{Addr: address})
	defer client.Close() //nolint:errcheck // over
	channel := client.Subscribe(ctx, "updates")
	defer channel.Close() //nolint:errcheck // over
	if _, err := channel.Receive(ctx); err != nil {
		return err
	}
	payloads := make(chan string)
	go func() {
		defer close(payloads)
		for m := range channel.Channel(redis.WithChannelSize(inboxSize)) {
			payloads <- m.Payload
		}
	}()
	return serve(ctx, l, name, payloads)
}
