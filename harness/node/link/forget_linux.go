package link

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// Of include/uapi/linux/tcp_metrics.h.
const (
	metricsFamily  = "tcp_metrics"
	metricsVersion = 1
	metricsDelete  = 2 // TCP_METRICS_CMD_DEL
	metricsAddress = 1 // TCP_METRICS_ATTR_ADDR_IPV4
)

// forget has the kernel forget what it knows of connections to addresses of a prefix: it would begin those of this trial with the round
// trips of an earlier one, and wait for their acknowledgements accordingly (ip-tcp_metrics(8)). To be called on a thread in the
// namespace of the servers; that of the clients is new.
func forget(prefix netip.Prefix) error {
	family, err := netlink.GenlFamilyGet(metricsFamily)
	if err != nil {
		return fmt.Errorf("netlink family %s: %w", metricsFamily, err)
	}
	for a := prefix.Addr(); prefix.Contains(a); a = a.Next() {
		request := nl.NewNetlinkRequest(int(family.ID), unix.NLM_F_ACK)
		request.AddData(&nl.Genlmsg{Command: metricsDelete, Version: metricsVersion})
		request.AddData(nl.NewRtAttr(metricsAddress, a.AsSlice()))
		if _, err := request.Execute(unix.NETLINK_GENERIC, 0); err != nil && !errors.Is(err, unix.ESRCH) {
			return fmt.Errorf("forget %v of %s: %w", a, metricsFamily, err)
		}
	}
	return nil
}
