package node

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
)

// addresses are what a URL's host and port may be, as numbers: the sockets of the server are known by them. IPv4 comes first,
// which our own lanes have too.
func addresses(ctx context.Context, serves *url.URL) ([]netip.AddrPort, error) {
	port, err := strconv.ParseUint(serves.Port(), 10, 16)
	if err != nil {
		return nil, fmt.Errorf("subscribe: %s: no port: %w", serves.Host, err)
	}
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", serves.Hostname())
	if err != nil {
		return nil, fmt.Errorf("subscribe: %w", err)
	}
	var all []netip.AddrPort
	for _, a := range found {
		all = append(all, netip.AddrPortFrom(a.Unmap(), uint16(port)))
	}
	slices.SortStableFunc(all, func(a, b netip.AddrPort) int { return a.Addr().BitLen() - b.Addr().BitLen() })
	return slices.Compact(all), nil
}

// answering is where subscribers go: the first address that accepts connections. A name such as localhost has several, and a
// server may listen at one of them only.
func answering(ctx context.Context, all []netip.AddrPort) (netip.AddrPort, error) {
	if len(all) == 1 {
		return all[0], nil // subscribing will fail then
	}
	ctx, cancel := context.WithTimeout(ctx, askPatience)
	defer cancel()
	return connect(ctx, all)
}

// connect tries addresses one after the other, and returns the first that accepts a connection.
func connect(ctx context.Context, all []netip.AddrPort) (netip.AddrPort, error) {
	var failed error
	var dialer net.Dialer
	for _, a := range all {
		c, err := dialer.DialContext(ctx, "tcp", a.String())
		if err == nil {
			return a, c.Close()
		}
		err = fmt.Errorf("connect to %s: %w", a, reason(err))
		if failed != nil {
			err = fmt.Errorf("%w, %w", failed, err)
		}
		failed = err
	}
	return netip.AddrPort{}, failed
}
