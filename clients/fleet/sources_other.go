//go:build !linux

package fleet

func ephemeralPorts() int { return usualPorts }

func bindWithoutPort(int) error { return nil }
