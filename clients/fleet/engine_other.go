//go:build !linux

package fleet

const hasEpoll = false

// newEngine makes the engine of the options; there is one here. Carrier is nil for clients with sockets.
func newEngine(o Options, carrier Carrier) (engine, error) {
	if _, err := o.For(carrier != nil); err != nil {
		return nil, err
	}
	return newGoroutines(carrier), nil
}
