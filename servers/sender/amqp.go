package sender

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/pushbench/pushbench/internal/wire"
)

// exchange is one of a broker of AMQP 0.9.1, such as RabbitMQ.
type exchange struct {
	conn     *amqp.Connection
	channel  *amqp.Channel
	returned chan amqp.Return // messages that no queue is bound for
	name     string
	key      string
}

// openAMQP looks for the exchange before the first message: a broker would close the channel behind that.
func openAMQP(ctx context.Context, p wire.Publisher, lost context.CancelCauseFunc) (_ way, err error) {
	u, err := url.Parse(p.URL)
	if err != nil {
		return nil, err
	}
	config, err := p.Trust.Config(u.Hostname())
	if err != nil {
		return nil, err
	}
	x := &exchange{name: p.Exchange, key: p.Key, returned: make(chan amqp.Return, mostUnanswered+1)}
	x.conn, err = amqp.DialConfig(p.URL, amqp.Config{TLSClientConfig: config, Dial: func(network, address string) (net.Conn, error) {
		return dialer().DialContext(ctx, network, address)
	}})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			x.close()
		}
	}()
	if x.channel, err = x.conn.Channel(); err != nil {
		return nil, err
	}
	if x.name != "" { // the kind counts for nothing where none is made
		if err := x.channel.ExchangeDeclarePassive(x.name, amqp.ExchangeFanout, false, false, false, false, nil); err != nil {
			return nil, err
		}
	}
	if err := x.channel.Confirm(false); err != nil {
		return nil, err
	}
	x.channel.NotifyReturn(x.returned)
	over := x.channel.NotifyClose(make(chan *amqp.Error, 1)) // of the connection, too
	go func() {
		if why := <-over; why != nil { // nil: it was closed here
			lost(why)
		}
	}()
	return x, nil
}

func (x *exchange) close() { _ = x.conn.Close() }

// send has the broker confirm the message, and tell where it has no queue for it.
func (x *exchange) send(ctx context.Context, message string) (answered, error) {
	confirmed, err := x.channel.PublishWithDeferredConfirmWithContext(ctx, x.name, x.key, true, false, amqp.Publishing{Body: []byte(message)})
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) (answer string, err error) {
		ok, err := confirmed.WaitContext(ctx)
		select {
		case r := <-x.returned: // comes before the confirmation
			answer = fmt.Sprintf("%d %s: no queue is bound for it", r.ReplyCode, r.ReplyText)
		default:
		}
		if err == nil && !ok {
			err = errors.New("the broker did not take the message (basic.nack)")
		}
		return answer, err
	}, nil
}
