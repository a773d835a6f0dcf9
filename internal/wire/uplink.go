package wire

import "fmt"

// UplinkSize is the length of an uplink in bytes, and so the smallest message of a client.
const UplinkSize = 1 + clientDigits + numberDigits

const (
	uplinkMark   = '~' // no digit of a stamp: a payload is one or the other
	clientDigits = 6
	numberDigits = 6
)

// MaxUplink is the largest message of a client, in bytes: what every lane reads of one.
const MaxUplink = 4096

// Uplink opens every message of a client: whose it is and which. It is text, as a stamp is, and alone it confirms the
// message.
type Uplink struct {
	Client uint32 // number in the fleet's schedule
	Number uint32 // from 1, without gaps
}

// Message returns a message of size bytes: the uplink and padding. A size below UplinkSize gives the uplink alone.
func (u Uplink) Message(size int) []byte {
	p := make([]byte, max(size, UplinkSize))
	p[0] = uplinkMark
	putDigits(p[1:1+clientDigits], uint64(u.Client))
	putDigits(p[1+clientDigits:UplinkSize], uint64(u.Number))
	for i := UplinkSize; i < len(p); i++ {
		p[i] = '.'
	}
	return p
}

// ParseUplink reads the uplink of a message or of its confirmation; false means that it does not begin with one.
func ParseUplink(p []byte) (Uplink, bool) {
	if len(p) < UplinkSize || p[0] != uplinkMark {
		return Uplink{}, false
	}
	client, ok := digits(p[1 : 1+clientDigits])
	number, ok2 := digits(p[1+clientDigits : UplinkSize])
	if client > 1<<32-1 || number > 1<<32-1 {
		return Uplink{}, false
	}
	return Uplink{Client: uint32(client), Number: uint32(number)}, ok && ok2
}

// Send asks an agent to have each of its clients send Count messages of Size bytes, Rate a second, on a schedule that
// is fixed and spreads the clients evenly. The answer comes when the last one was due.
type Send struct {
	Rate  float64 `json:"rate"` // of one client
	Count int     `json:"count"`
	Size  int     `json:"size"`
}

// Check is the error of an order to send; nil: none.
func (s Send) Check() error {
	switch {
	case !(s.Rate > 0 && s.Rate <= MaxUplinkRate):
		return fmt.Errorf("send: rate %v is not in (0, %g] messages per second and client", s.Rate, MaxUplinkRate)
	case s.Count < 1 || s.Count > MaxCount:
		return fmt.Errorf("send: count %d is not in [1, %d]", s.Count, MaxCount)
	case s.Size < StampSize || s.Size > MaxUplink:
		return fmt.Errorf("send: size %d is not in [%d, %d] bytes", s.Size, StampSize, MaxUplink)
	default:
		return nil
	}
}

// MaxUplinkRate bounds what one client sends, in messages per second.
const MaxUplinkRate = 1e3

// OpenUplinks asks an agent to open an uplink connection for each of its clients whose subscription carries no messages of
// theirs, on a schedule like a ramp's.
type OpenUplinks struct {
	PerSecond float64 `json:"per_second"` // over all agents; 0: all are due at once
	Agent     int     `json:"agent"`      // which of the agents is asked, from 0
	Agents    int     `json:"agents"`
}

// Check is the error of an order; nil: none.
func (o OpenUplinks) Check() error {
	switch {
	case !(o.PerSecond >= 0):
		return fmt.Errorf("open uplinks: %v connections per second", o.PerSecond)
	case o.Agent < 0 || o.Agent >= o.Agents:
		return fmt.Errorf("open uplinks: part %d of %d agents", o.Agent, o.Agents)
	default:
		return nil
	}
}
