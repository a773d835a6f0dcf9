package results

import (
	"math"
)

// Memory per connection in layers that add up. Every layer is a slope, and slopes over the same levels add up as their
// values do.

// layer is how a layer is taken from its rows: fresh (slope) or after traffic (slopeAfter).
type layer func(source, metric string) derivation

// memory is all of a server's: resident memory, and the kernel's for its end of the connections.
func memory(at layer) derivation {
	return sumOf(at("process", "rss"), at("sockets", "kernel_memory"))
}

// otherResident is the rest of resident memory below the layers the Go runtime knows: its code and data as they are
// touched, spans it has freed and not given back. It can come out a little below 0, because the runtime counts what it
// has mapped and the kernel what was touched.
func otherResident(at layer) derivation {
	return sumOf(
		at("process", "rss"),
		negative(at("runtime", "heap_in_use")), negative(at("runtime", "stacks")), negative(at("runtime", "runtime_other")),
	)
}

// everything is what the machine loses to a connection, by the layers: what all processes of the trial hold, and the
// kernel for both ends, but for the inodes and dentries of sockets. These are allocated as reclaimable, and
// the kernel counts them as available all the while.
func everything(r Rows, phase string) (float64, Warning, error) {
	if r.has(ProcessProxy) {
		return without("the kernel's memory for the connections of proxies is not known")
	}
	return sumOf(
		memory(slope), quietly(slope("agent", "agent_rss")), quietly(slope("trial", "coordinator_rss")), quietly(others(slope("process", "rss"))),
		slope("sockets", "client_kernel_memory"), negative(slope("sockets", "reclaimable_memory")),
	)(r, phase)
}

// others is a figure of the processes other than servers and load; 0 where a trial has none.
func others(d derivation) derivation {
	return func(r Rows, phase string) (float64, Warning, error) {
		roles := []string{ProcessPublisher, ProcessProxy, "broker", ProcessLink}
		if !r.has(roles...) {
			return 0, Warning{}, nil
		}
		return of(d, roles...)(r, phase)
	}
}

// sumOf adds up derivations, with the first warning of them, or that of the first which is unknown.
func sumOf(terms ...derivation) derivation {
	return func(r Rows, phase string) (total float64, warning Warning, err error) {
		for _, term := range terms {
			v, why, err := term(r, phase)
			if err != nil {
				return 0, Warning{}, err
			}
			if warning.None() || math.IsNaN(v) && !math.IsNaN(total) {
				warning = why
			}
			total += v
		}
		return total, warning, nil
	}
}

func negative(d derivation) derivation {
	return func(r Rows, phase string) (float64, Warning, error) {
		v, warning, err := d(r, phase)
		return -v, warning, err
	}
}

// quietly leaves out warnings of a figure that is known: agents and coordinator grow in steps, and the machine with them.
func quietly(d derivation) derivation {
	return func(r Rows, phase string) (float64, Warning, error) {
		v, warning, err := d(r, phase)
		if !math.IsNaN(v) {
			warning = Warning{}
		}
		return v, warning, err
	}
}

// share is a figure of a phase divided by the connections that are open in it.
func share(phase, source, metric string) derivation {
	return func(r Rows, _ string) (float64, Warning, error) {
		v, warning := r.sum(phase, source, metric)
		open := 0
		if found := r.find(phase, source, metric); len(found) > 0 {
			open = found[0].Connections
		}
		return divide(v, float64(open), warning)
	}
}
