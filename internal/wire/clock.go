package wire

import "time"

// origin ties Go's monotonic reading, which is served without a system call, to the clock that other processes see.
var origin = synchronise() //nolint:gochecknoglobals // set once, before main

type instant struct {
	at    time.Time
	nanos int64
}

// synchronise reads both clocks until the readings are close together.
func synchronise() (o instant) {
	narrowest := time.Hour
	for range 16 {
		before := time.Now()
		n := monotonic()
		if width := time.Since(before); width < narrowest {
			narrowest, o.at, o.nanos = width, before.Add(width/2), n
		}
	}
	return o
}

// Now is the one clock of an experiment: nanoseconds on CLOCK_MONOTONIC, the same in every process of a host. Only the
// publisher and the fleet may read it, and the probe that divides the machine's time.
func Now() int64 { return origin.nanos + int64(time.Since(origin.at)) }

// RealtimeOffset is what to add to a real time in ns, such as the kernel's receive stamps, to have it on Now's clock. It
// changes when the system's time is set: ask again for each batch of stamps.
//
// Go reads the two clocks of a time one after the other. A thread that lost its CPU between them took a stamp for up to
// 28 ms later than it was, so that the real time is read between two readings of the other clock that are close together.
func RealtimeOffset() (offset int64) {
	const near, tries = int64(time.Microsecond), 16
	narrowest := int64(time.Hour)
	before := Now()
	for range tries {
		wall := time.Now().UnixNano()
		after := Now()
		if width := after - before; width < narrowest {
			narrowest, offset = width, before+width/2-wall
		}
		if narrowest < near {
			break
		}
		before = after
	}
	return offset
}
