package sender

import (
	"context"
	"fmt"
	"net/url"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/pushbench/pushbench/internal/wire"
)

// store is a connection to Redis, or to one of its successors.
type store struct {
	client  *redis.Client
	channel string // of PUBLISH; empty: XADD to the stream
	stream  string
	field   string
}

// openRedis uses one connection: commands keep their order, and none is sent a second time, as its message may have been published.
func openRedis(ctx context.Context, p wire.Publisher, _ context.CancelCauseFunc) (way, error) {
	logging.Disable() // it writes to stderr what it returns as well
	o, err := redis.ParseURL(p.URL)
	if err != nil {
		return nil, err
	}
	if o.TLSConfig != nil {
		u, err := url.Parse(p.URL)
		if err != nil {
			return nil, err
		}
		if o.TLSConfig, err = p.Trust.Config(u.Hostname()); err != nil {
			return nil, err
		}
	}
	o.PoolSize, o.MaxRetries, o.DialerRetries, o.DialTimeout = 1, -1, 1, dialTimeout
	o.ContextTimeoutEnabled, o.ReadTimeout, o.WriteTimeout = true, -1, -1 // a context bounds each command
	o.DisableIdentity = true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	s := &store{redis.NewClient(o), p.Channel, p.Stream, p.Field}
	if err := s.client.Ping(ctx).Err(); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *store) close() { _ = s.client.Close() }

// send waits for the answer, which comes within a round trip: nothing waits for a message's delivery.
func (s *store) send(ctx context.Context, message string) (answered, error) {
	if s.channel == "" {
		return taken, s.client.XAdd(ctx, &redis.XAddArgs{Stream: s.stream, Values: []any{s.field, message}}).Err()
	}
	n, err := s.client.Publish(ctx, s.channel, message).Result()
	return func(context.Context) (string, error) { return fmt.Sprintf("the channel has %d subscribers", n), nil }, err
}
