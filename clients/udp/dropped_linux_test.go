package udp

import (
	"net"
	"testing"
)

func TestDropped(t *testing.T) {
	udp, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	if err := udp.SetReadBuffer(1); err != nil { // the kernel has a minimum
		t.Fatal(err)
	}
	const sent = 100
	for range sent {
		if _, err := udp.WriteTo(make([]byte, 1200), udp.LocalAddr()); err != nil {
			t.Fatal(err)
		}
	}
	if n := dropped(udp); n == 0 || n >= sent {
		t.Errorf("%d of %d packets are counted as dropped", n, sent)
	}
}
