package machine

import (
	"errors"
	"net"
)

// Loopback is why nothing here can be reached at 127.0.0.1, where servers and bus are.
func Loopback() error {
	all, err := net.Interfaces()
	if err != nil {
		return nil //nolint:nilerr // unknown: connecting will show
	}
	for _, one := range all {
		addresses, err := one.Addrs()
		if err != nil || one.Flags&net.FlagUp == 0 {
			continue
		}
		for _, a := range addresses {
			if n, ok := a.(*net.IPNet); ok && n.Contains(net.IPv4(127, 0, 0, 1)) {
				return nil
			}
		}
	}
	return errors.New("loopback has no 127.0.0.1, where servers and bus listen: ip link set lo up, or ip addr add 127.0.0.1/8 dev lo")
}
