package tcp

import (
	"encoding/binary"
	"errors"

	"github.com/pushbench/pushbench/servers/hub"
	"github.com/pushbench/pushbench/servers/loop"
)

// Epoll speaks the frames on an event loop. It has no state.
type Epoll struct{}

var errLeft = errors.New("the subscriber has left")

// Open implements loop.Transport.
func (e Epoll) Open(in []byte) loop.Answer {
	if len(in) < requestSize {
		return loop.Answer{}
	}
	return loop.Answer{Used: requestSize, Dialect: e, After: binary.BigEndian.Uint64(in)}
}

// Refuse implements loop.Transport: the protocol has no words for it.
func (Epoll) Refuse(error) []byte { return nil }

// Frame implements loop.Dialect.
func (Epoll) Frame(m hub.Message) []byte { return m.Frame.([]byte) } //nolint:forcetypeassert // Encode made it

// Heartbeat implements loop.Dialect.
func (Epoll) Heartbeat() []byte { return heartbeat }

// Farewell implements loop.Dialect: the FIN says all.
func (Epoll) Farewell(error) []byte { return nil }

// Hear implements loop.Dialect. A subscriber has nothing more to say.
func (Epoll) Hear([]byte) (int, []byte, error) { return 0, nil, errLeft }
