package wire

import (
	"fmt"
	"time"
)

// Link is what a link does to the IP packets of each of its two directions. The zero value passes them on.
type Link struct {
	RTT     time.Duration `json:"rtt"`     // round trip: half of it in each direction
	Jitter  time.Duration `json:"jitter"`  // of the round trip: each direction wanders by up to half of it, up or down; order is kept
	Loss    float64       `json:"loss"`    // share of packets
	Reorder float64       `json:"reorder"` // share of packets that are not delayed, and so overtake
	Rate    float64       `json:"rate"`    // bits a second; 0: any number
	Queue   time.Duration `json:"queue"`   // longest wait for the rate: a packet that would wait longer is dropped
	Seed    uint64        `json:"seed"`    // decides which packets
}

// Check is the error of a link; nil: none.
func (l Link) Check() error {
	switch {
	case l.RTT < 0 || l.Jitter < 0 || l.Queue < 0 || l.Rate < 0:
		return fmt.Errorf("link: a time or a rate is below 0: %+v", l)
	case l.Jitter > l.RTT:
		return fmt.Errorf("link: jitter %v is more than the round trip, %v", l.Jitter, l.RTT)
	case !(l.Loss >= 0 && l.Loss < 1) || !(l.Reorder >= 0 && l.Reorder < 1):
		return fmt.Errorf("link: a share is not in [0, 1): %+v", l)
	}
	return nil
}

// LinkProbe is what a link read of itself: packets that were sent through both directions and came back.
type LinkProbe struct {
	Sent      int           `json:"sent"`
	Returned  int           `json:"returned"`
	RoundTrip time.Duration `json:"round_trip"` // median of those that returned; 0: none did
	Expected  time.Duration `json:"expected"`   // by what the link is to be, the time that its rate takes included
}

// Outage has a link pass nothing for a while.
type Outage struct {
	For time.Duration `json:"for"`
}
