package webtransport

import (
	"github.com/quic-go/webtransport-go"

	"github.com/pushbench/pushbench/servers/hub"
	"github.com/pushbench/pushbench/servers/tcp"
)

// Streams sends everything on the session's stream, one write per message: in order, and again until it arrives.
func Streams() Variant {
	return Variant{"stream", func(_ *webtransport.Session, s *webtransport.SendStream, _ *hub.Hub) hub.Sink { return stream{s} }}
}

// heartbeat is a frame without a payload.
var heartbeat = tcp.Encode(hub.Message{}).([]byte) //nolint:gochecknoglobals,forcetypeassert // constant bytes, which are that

type stream struct{ *webtransport.SendStream }

func (s stream) Send(batch []hub.Message) error {
	for i := range batch {
		if _, err := s.Write(batch[i].Frame.([]byte)); err != nil { //nolint:forcetypeassert // Encode made it
			return err
		}
	}
	return nil
}

func (s stream) Heartbeat() error {
	_, err := s.Write(heartbeat)
	return err
}
