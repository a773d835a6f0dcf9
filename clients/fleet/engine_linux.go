package fleet

// newEngine makes the engine of the options.
func newEngine(o Options) (engine, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	if o.Engine == Goroutines {
		return newGoroutines(), nil
	}
	return newEpoll(o.Reader)
}
