//go:build !linux

package fleet

const hasEpoll = false

// newEngine makes the engine of the options; there is one here. Dialer is nil for clients with sockets.
func newEngine(o Options, dialer Dialer) (engine, error) {
	if _, err := o.For(dialer != nil); err != nil {
		return nil, err
	}
	return newGoroutines(dialer), nil
}
