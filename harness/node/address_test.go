package node

import (
	"net"
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

// Subscribers go where somebody answers: a name may have several addresses.
func TestTheAddressThatAnswers(t *testing.T) {
	six, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skip("there is no ::1 here: ", err)
	}
	defer six.Close()
	there := netip.MustParseAddrPort(six.Addr().String())
	both := []netip.AddrPort{netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), there.Port()), there}
	if got, err := answering(t.Context(), both); err != nil || got != there {
		t.Errorf("%v, %v, want %v", got, err, there)
	}
	four, err := net.Listen("tcp", both[0].String())
	if err != nil {
		t.Skip("another process has the port: ", err)
	}
	if got, err := answering(t.Context(), both); err != nil || got != both[0] {
		t.Errorf("%v, %v, want %v", got, err, both[0])
	}
	_, _ = four.Close(), six.Close()
	if _, err := answering(t.Context(), both); err == nil || !strings.Contains(err.Error(), both[0].String()) || !strings.Contains(err.Error(), there.String()) {
		t.Errorf("nobody answers: %v", err)
	}
	all, err := addresses(t.Context(), &url.URL{Scheme: "http", Host: "localhost:7"})
	if err != nil || len(all) == 0 || all[0].Port() != 7 || all[0].Addr() != netip.MustParseAddr("127.0.0.1") {
		t.Errorf("localhost is %v, %v", all, err)
	}
}
