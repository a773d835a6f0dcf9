// Package ports finds ports that a server can leave and take again. One of the range from which the kernel takes the ports of
// outgoing connections is lost as soon as nobody listens there: a client that dials again may get it as its own, which keeps
// the next server out, or even connects the client to itself. A port outside the range belongs to nobody who does not ask for it.
//
// It stands below servers, clients and harness.
package ports

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"syscall"
)

const (
	least = 10_000 // below it services have ports of their own, and may be started later than ours
	most  = 65_535
	tries = 100
)

// Outgoing is the first and the last port of outgoing connections (ip(7), ip_local_port_range); where it cannot be read, those that
// Linux has by default.
func Outgoing() (first, last int) {
	text, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range")
	if err == nil {
		_, err = fmt.Sscan(string(text), &first, &last)
	}
	if err != nil {
		return 32_768, 60_999
	}
	return first, last
}

// Listen calls listen with addresses of the host until one is free. The port is outside the range of outgoing connections where
// that leaves any; otherwise, and where none is free, it is 0, and the kernel's choice. The error is that of the last call.
func Listen[T any](host string, listen func(address string) (T, error)) (T, error) {
	first, last := Outgoing()
	for range tries {
		n := outside(first, last)
		if n == 0 {
			break
		}
		l, err := listen(net.JoinHostPort(host, strconv.Itoa(port(rand.IntN(n), first, last)))) //nolint:gosec // no secret
		if err == nil {
			return l, nil
		}
		if !errors.Is(err, syscall.EADDRINUSE) {
			break
		}
	}
	return listen(net.JoinHostPort(host, "0"))
}

// outside is how many ports a server may have outside a range.
func outside(first, last int) int { return max(first-least, 0) + max(most-max(last, least-1), 0) }

// port is one of them by its number, from 0 on.
func port(number, first, last int) int {
	if below := max(first-least, 0); number >= below {
		return max(last+1, least) + number - below
	}
	return least + number
}
