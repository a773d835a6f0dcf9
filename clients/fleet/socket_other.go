//go:build !linux

package fleet

import "errors"

func ephemeralPorts() int { return usualPorts }

func bindWithoutPort(int) error { return nil }

func deafen(int) error { return errors.New("silent clients need Linux: its socket filters") }
