// Package netns reaches from one network namespace into another (network_namespaces(7)). Clients behind a link live in a namespace
// whose only way out is the link; what they say to the coordinator must not take that way. A socket stays in the namespace it was
// made in, whatever its process does later, and so one thread that looks into the other namespace for a moment is all it takes.
//
// It stands below wire, clients and harness.
package netns

import (
	"context"
	"net"
	"os"
	"time"
)

// OutsideVariable is the environment variable that has the path of the namespace that a process was started from, where it runs in
// another one.
const OutsideVariable = "PUSHBENCH_OUTSIDE"

// Outside runs do on a thread in the namespace the process was started from.
func Outside(do func() error) error {
	path := os.Getenv(OutsideVariable)
	if path == "" {
		return do()
	}
	return In(path, do)
}

// Dialer connects from the namespace the process was started from, where names are resolved, too.
type Dialer struct{ Timeout time.Duration }

// Dial connects to an address.
func (d Dialer) Dial(network, address string) (net.Conn, error) {
	return d.dial(context.Background(), network, address)
}

func (d Dialer) dial(ctx context.Context, network, address string) (c net.Conn, err error) {
	from := net.Dialer{Timeout: d.Timeout}
	if os.Getenv(OutsideVariable) != "" {
		from.Resolver = &net.Resolver{PreferGo: true, Dial: d.dial}
		from.FallbackDelay = -1 // Go would try further addresses of a name on other threads
	}
	err = Outside(func() (err error) {
		c, err = from.DialContext(ctx, network, address)
		return err
	})
	return c, err
}
