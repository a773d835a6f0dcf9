package webtransport

import (
	"errors"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/webtransport-go"

	"github.com/pushbench/pushbench/servers/hub"
)

// Datagrams sends each new message as one datagram: the payload alone, and an empty one for a heartbeat. Nobody sends
// again lost messages. That would be wrong for the beginning of a subscription, and so the greeting, and all that had been
// published before it, goes by the stream; a frame without a payload ends that part, and a client reads datagrams from
// there on, which could else overtake what is older. A message that no datagram can carry goes by the stream as well.
func Datagrams() Variant {
	return Variant{"datagrams", func(session *webtransport.Session, s *webtransport.SendStream, h *hub.Hub) hub.Sink {
		return &datagrams{session: session, stream: stream{s}, hub: h}
	}}
}

type datagrams struct {
	session *webtransport.Session
	stream  stream
	hub     *hub.Hub
	greeted bool
	live    bool   // the client knows that datagrams follow
	last    uint64 // published before the greeting: by the stream, as all before it
}

func (d *datagrams) Send(batch []hub.Message) error {
	if !d.greeted { // this is the greeting, whose number is that of a message or less
		d.greeted, d.last = true, d.hub.Last()
	}
	old := 0
	for old < len(batch) && batch[old].Seq <= d.last {
		old++
	}
	if err := d.stream.Send(batch[:old]); err != nil || old == len(batch) {
		return err
	}
	if err := d.begin(); err != nil {
		return err
	}
	for i := old; i < len(batch); i++ {
		err := d.session.SendDatagram(batch[i].Data)
		if errors.As(err, new(*quic.DatagramTooLargeError)) {
			err = d.stream.Send(batch[i : i+1])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *datagrams) Heartbeat() error {
	if err := d.begin(); err != nil {
		return err
	}
	return d.session.SendDatagram(nil)
}

// begin ends the part that goes by the stream.
func (d *datagrams) begin() error {
	if d.live {
		return nil
	}
	d.live = true
	return d.stream.Heartbeat()
}
