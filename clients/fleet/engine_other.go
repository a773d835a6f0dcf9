//go:build !linux

package fleet

import "errors"

// newEngine makes the engine of the options; there is one here.
func newEngine(o Options) (engine, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	if o.Engine == Epoll {
		return nil, errors.New("the epoll engine needs linux: leave --engine out")
	}
	return newGoroutines(), nil
}
