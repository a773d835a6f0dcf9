package results

import "math"

// uplinkReach is how much of what clients were to send was confirmed.
func uplinkReach(r Rows, phase string) (float64, Warning, error) {
	return quotient("agent", "uplinks_confirmed", "uplinks_due")(r, phase)
}

// uplinkBytes is what clients wrote and read. What they read on their subscriptions holds the confirmations that come there,
// and heartbeats on every lane; a second connection carries answers only.
func uplinkBytes(r Rows, phase string) (float64, Warning, error) {
	all, warning := 0.0, Warning{}
	for _, metric := range []string{"uplink_written", "uplink_read", "bytes"} {
		v, why := r.sum(phase, "agent", metric)
		if warning.None() {
			warning = why
		}
		all += v
	}
	confirmed, why := r.sum(phase, "agent", "uplinks_confirmed")
	if warning.None() {
		warning = why
	}
	return divide(all, confirmed, warning)
}

// uplinkMemory is the memory that the server freed when the second connections ended, of each client: all of them had
// carried messages by then, and so had the subscriptions, before and after.
func uplinkMemory(r Rows, _ string) (float64, Warning, error) {
	fell := 0.0
	clients := 0
	for _, m := range [][2]string{{"process", "rss"}, {"sockets", "kernel_memory"}} {
		open, warning := r.sum(PhaseUplinkLevel, m[0], m[1])
		left, why := r.sum(PhaseAfter, m[0], m[1])
		switch {
		case math.IsNaN(open):
			return open, warning, nil
		case math.IsNaN(left):
			return left, why, nil
		}
		clients = r.find(PhaseUplinkLevel, m[0], m[1])[0].Connections
		fell += open - left
	}
	return divide(fell, float64(clients), Warning{})
}

// uplinkCPU is what opening them took, of each client.
func uplinkCPU(r Rows, _ string) (float64, Warning, error) {
	cpu, warning := r.sum(PhaseUplinkRamp, "schedstat", "cpu")
	clients := 0
	if found := r.find(PhaseUplinkRamp, "schedstat", "cpu"); len(found) > 0 {
		clients = found[0].Connections
	}
	return divide(cpu, float64(clients), warning)
}
