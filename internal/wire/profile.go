package wire

import "time"

// Profile is what the clients of a fleet do beside reading; the zero value is nothing.
type Profile struct {
	Reconnect Reconnect `json:"reconnect"`
	Slow      Slow      `json:"slow"`
	Churn     Churn     `json:"churn"`
}

// Blackhole cuts connections off from the network: nothing is sent or acknowledged any more, and the server is not told.
type Blackhole struct {
	Share float64 `json:"share"` // of the connections
}

// Reconnect is how a client whose connection has ended comes back.
type Reconnect struct {
	Policy string        `json:"policy"`
	Delay  time.Duration `json:"delay"` // before the first attempt
	Most   time.Duration `json:"most"`  // bounds a delay that doubles, or that a server asks for; 0: nothing does
}

// The policies. Full jitter is the uniform choice between nothing and the doubled delay of "Exponential Backoff And
// Jitter" (AWS Architecture Blog, 2015); EventSource is section 9.2.3 of the HTML standard.
const (
	ReconnectNone        = "none"
	ReconnectFixed       = "fixed"
	ReconnectExponential = "exponential"
	ReconnectJitter      = "jitter"
	ReconnectEventSource = "eventsource"
)

// Slow is a share of the fleet that does not keep up.
type Slow struct {
	Share float64 `json:"share"`
	Rate  int     `json:"rate"` // bytes per second that each of them reads; 0: none
}

// Churn is how long connections live until another one takes their place.
type Churn struct {
	Lifetime time.Duration `json:"lifetime"` // 0: for ever
}
