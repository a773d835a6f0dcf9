package tcp

import (
	"encoding/binary"

	"github.com/pushbench/pushbench/servers/epoll"
	"github.com/pushbench/pushbench/servers/hub"
)

// Epoll sends the frames from an event loop.
type Epoll struct{ Hub *hub.Hub }

// Open implements epoll.Transport.
func (e Epoll) Open(in []byte) epoll.Answer {
	if len(in) < requestSize {
		return epoll.Answer{}
	}
	return epoll.Answer{Used: requestSize, Dialect: e, After: binary.BigEndian.Uint64(in)}
}

// Refuse implements epoll.Transport: the protocol has no words for it.
func (Epoll) Refuse(error) []byte { return nil }

// Frame implements epoll.Dialect.
func (Epoll) Frame(m hub.Message) []byte { return m.Frame.([]byte) } //nolint:forcetypeassert // Encode made it

// Heartbeat implements epoll.Dialect.
func (Epoll) Heartbeat() []byte { return heartbeat }

// Farewell implements epoll.Dialect: the FIN is enough.
func (Epoll) Farewell(error) []byte { return nil }

// Receive implements epoll.Dialect.
func (e Epoll) Receive(in []byte) (used int, reply []byte, err error) {
	for len(in)-used >= headSize {
		n := binary.BigEndian.Uint32(in[used:])
		if n > hub.MaxUplink {
			return used, reply, errLeft
		}
		end := used + headSize + int(n)
		if end > len(in) {
			break
		}
		confirmed := confirm(reply, e.Hub, in[used+headSize:end])
		if confirmed == nil {
			return used, reply, errLeft
		}
		used, reply = end, confirmed
	}
	return used, reply, nil
}
