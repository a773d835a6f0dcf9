package fleet

import (
	"net/netip"
	"sync/atomic"

	"github.com/pushbench/pushbench/internal/ports"
)

// sources spreads a fleet's connections over the addresses of 127.0.0.0/8: between one source address and one server there
// are only as many connections as ephemeral ports, and connect slows down before they are used up. Elsewhere than on
// loopback the machine has no spare addresses, and the system chooses.
type sources struct {
	agent  int // the fleet's number among the agents: each has addresses of its own
	most   uint32
	opened atomic.Uint32
}

// portsPerSource is the share of the ephemeral ports one source address may use. connect(2) searches them one by one once
// half of them are taken: at 18 000 connections from one address it cost 350 µs of CPU each, against 115 µs for the first
// 5 000.
const portsPerSource = 3

// blocksPerAgent and agentBlocks keep the last two numbers of an address between 1 and 250.
const (
	blocksPerAgent = 250
	agentBlocks    = 250
)

func newSources() sources {
	first, last := ports.Outgoing()
	return sources{most: uint32(max((last-first+1)/portsPerSource, 1))} //nolint:gosec // at most 65536
}

// next returns where the next connection to an address comes from; an invalid one leaves it to the system.
func (s *sources) next(address string) netip.Addr {
	block := (s.opened.Add(1) - 1) / s.most
	to, err := netip.ParseAddrPort(address)
	if err != nil || !to.Addr().Is4() || !to.Addr().IsLoopback() || block == 0 && s.agent == 0 {
		return netip.Addr{}
	}
	return netip.AddrFrom4([4]byte{127, 0, byte(1 + s.agent%agentBlocks), byte(1 + block%blocksPerAgent)}) //nolint:gosec // at most 250
}
