package link

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"time"

	"github.com/pushbench/pushbench/internal/netns"
	"github.com/pushbench/pushbench/internal/wire"
)

const (
	probes     = 25
	probeSize  = 64                     // bytes of UDP, which begin with the time they were sent at
	probeTotal = probeSize + 28         // with the headers of IP and UDP
	probePause = 2 * time.Millisecond   // between packets, at least
	probeLate  = 100 * time.Millisecond // after its time: what has not returned then is lost
)

// probe sends packets from the clients' side to the servers' and back, the way that clients' packets take, and tells how long they took.
func (b *box) probe(ctx context.Context) (read wire.LinkProbe, err error) {
	var echo net.PacketConn
	err = netns.Outside(func() (err error) {
		echo, err = net.ListenPacket("udp4", "127.0.0.1:0") //nolint:noctx // at once
		return err
	})
	if err != nil {
		return read, fmt.Errorf("probe: %w", err)
	}
	defer echo.Close() //nolint:errcheck // nothing is left to be sent
	go returns(echo)
	client, err := (&net.Dialer{}).DialContext(ctx, "udp4", echo.LocalAddr().String())
	if err != nil {
		return read, fmt.Errorf("probe: %w", err)
	}
	defer client.Close() //nolint:errcheck // as above

	l, pause := b.up.Link, probePause
	read.Sent, read.Expected = probes, l.RTT
	if l.Rate > 0 {
		serial := time.Duration(serialization(probeTotal, l.Rate))
		read.Expected += 2 * serial
		pause = max(pause, 2*serial)
	}
	if err := client.SetDeadline(time.Now().Add(probes*pause + read.Expected + l.Jitter + probeLate)); err != nil {
		return read, fmt.Errorf("probe: %w", err)
	}
	sent := make(chan error, 1)
	go func() { sent <- sendProbes(client, pause) }()
	took, err := receiveProbes(client)
	if err := errors.Join(<-sent, err); err != nil {
		return read, fmt.Errorf("probe: %w", err)
	}
	if read.Returned = len(took); read.Returned > 0 {
		slices.Sort(took)
		read.RoundTrip = time.Duration(took[len(took)/2])
	}
	return read, nil
}

func sendProbes(client net.Conn, pause time.Duration) error {
	packet := make([]byte, probeSize)
	for due := wire.Now(); ; {
		binary.BigEndian.PutUint64(packet, uint64(wire.Now())) //nolint:gosec // not negative
		if _, err := client.Write(packet); err != nil {
			return err
		}
		if packet[stampSize]++; packet[stampSize] == probes {
			return nil
		}
		due += int64(pause)
		wire.SleepUntil(due)
	}
}

// stampSize is that of the time in a packet; its number is behind it.
const stampSize = 8

// receiveProbes reads how many nanoseconds each packet took, until all have come or the deadline has.
func receiveProbes(client net.Conn) (took []int64, err error) {
	packet := make([]byte, mtu)
	for len(took) < probes {
		n, err := client.Read(packet)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			return took, nil
		case err != nil:
			return took, err
		case n == probeSize:
			took = append(took, wire.Now()-int64(binary.BigEndian.Uint64(packet))) //nolint:gosec // as above
		}
	}
	return took, nil
}

// returns sends back what comes until the socket is closed.
func returns(echo net.PacketConn) {
	packet := make([]byte, mtu)
	for {
		n, from, err := echo.ReadFrom(packet)
		if err == nil {
			_, err = echo.WriteTo(packet[:n], from)
		}
		if err != nil {
			return
		}
	}
}
