package hub

import "sync/atomic"

// counters are written by every delivery, and read by Stats.
type counters struct {
	subscribers, greeted, delivered, heartbeats, lagged, skipped, gaps, repeats atomic.Int64
}

// Stats are the hub's counters since its start, by name.
func (h *Hub) Stats() map[string]float64 {
	c := &h.counters
	return map[string]float64{
		"subscribers": float64(c.subscribers.Load()), // now
		"greeted":     float64(c.greeted.Load()),
		"published":   float64(h.count.Load()),
		"gaps":        float64(c.gaps.Load()),    // numbers that are missing between messages
		"repeats":     float64(c.repeats.Load()), // messages that came again, or behind a newer one
		"delivered":   float64(c.delivered.Load()),
		"heartbeats":  float64(c.heartbeats.Load()),
		"lagged":      float64(c.lagged.Load()),  // subscriptions ended by the lag policy
		"skipped":     float64(c.skipped.Load()), // messages passed over by the lag policy
	}
}
