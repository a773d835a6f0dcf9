package fleet

import (
	"net/netip"
	"sync/atomic"

	"github.com/pushbench/pushbench/internal/ports"
)

// sources spreads a fleet's connections over the addresses of 127.0.0.0/16, or of those behind a link: between one source address and
// one server there are only as many connections as ephemeral ports, and connect slows down before they are used up. Elsewhere than on
// loopback the machine has no spare addresses, and the system chooses.
type sources struct {
	within netip.Prefix
	agent  int // the fleet's number among the agents: each has addresses of its own
	most   uint32
	opened atomic.Uint32
}

// portsPerSource is the share of the ephemeral ports one source address may use. connect(2) searches them one by one once
// half of them are taken: at 18 000 connections from one address it cost 350 µs of CPU each, against 115 µs for the first
// 5 000.
const portsPerSource = 3

// blocksPerAgent keeps the last number of an address between 1 and 250.
const blocksPerAgent = 250

func newSources(within netip.Prefix) sources {
	if !within.IsValid() {
		within = netip.MustParsePrefix("127.0.0.0/16")
	}
	first, last := ports.Outgoing()
	return sources{within: within, most: uint32(max((last-first+1)/portsPerSource, 1))} //nolint:gosec // at most 65536
}

// next returns where the next connection to an address comes from; an invalid one leaves it to the system.
func (s *sources) next(address string) netip.Addr {
	block := (s.opened.Add(1) - 1) / s.most
	to, err := netip.ParseAddrPort(address)
	if err != nil || !to.Addr().Is4() || !to.Addr().IsLoopback() || block == 0 && s.agent == 0 {
		return netip.Addr{}
	}
	// The numbers of agents have what is left of the third byte: 0 is the system's own choice.
	from, agents := s.within.Addr().As4(), 1<<(24-s.within.Bits())-1
	from[2] += byte(1 + s.agent%agents)      //nolint:gosec // at most 255
	from[3] = byte(1 + block%blocksPerAgent) //nolint:gosec // at most 250
	return netip.AddrFrom4(from)
}
