package fleet

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// ephemeralPorts is how many there are for each pair of addresses.
func ephemeralPorts() int {
	var low, high int
	text, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range")
	if err == nil {
		_, err = fmt.Sscan(string(text), &low, &high)
	}
	if err != nil {
		return usualPorts
	}
	return high - low + 1
}

// bindWithoutPort leaves the port to connect, which knows the whole pair (ip(7), IP_BIND_ADDRESS_NO_PORT).
func bindWithoutPort(fd int) error {
	return unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1)
}
