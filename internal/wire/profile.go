package wire

import "time"

// Profile is what the clients of a fleet do besides reading; the zero value is nothing. The tags are the rules of a scenario's file.
type Profile struct {
	Reconnect Reconnect `json:"reconnect" jsonschema_description:"How clients whose connection ends come back. They resume where the lane can."`
	Slow      Slow      `json:"slow" jsonschema_description:"Clients that do not keep up. They are counted apart: reach and latencies are those of the others."`
	Churn     Churn     `json:"churn" jsonschema_description:"Clients that leave, each replaced at once by a new one."`
}

// Blackhole cuts connections off from the network: nothing is sent or acknowledged any more, without notice to the server.
type Blackhole struct {
	Share float64 `json:"share"` // of the connections
}

// Reconnect is how a client whose connection has ended comes back.
type Reconnect struct {
	Policy string        `json:"policy" jsonschema:"enum=none,enum=fixed,enum=exponential,enum=jitter,enum=eventsource,default=none" jsonschema_description:"none: they stay away; fixed: after delay; exponential: delay, doubled with each failed attempt up to most; jitter: a random part of that (full jitter); eventsource: after delay or the server's retry field, up to most, with the last event id as the server wrote it, and not after a final answer. Default: none."`
	Delay  time.Duration `json:"delay" jsonschema_description:"Before the first attempt, 1ms to 24h. Unit: a duration. Default: 1s." jsonschema_extras:"default=1s,least=1ms"`
	Most   time.Duration `json:"most" jsonschema_description:"Longest delay, of a policy that doubles it and of one that a server sets, 1ms to 24h. Unit: a duration. Default: 30s." jsonschema_extras:"default=30s,least=1ms"` // bounds a delay that doubles, or that a server asks for; 0: nothing does
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
	Share float64 `json:"share" jsonschema:"minimum=0,maximum=1,default=0" jsonschema_description:"Of the connections. Default: 0."`
	Rate  int     `json:"rate" jsonschema:"minimum=0,maximum=1000000000,default=0" jsonschema_description:"How fast each of them reads; 0: not at all. Unit: bytes per second. Default: 0."` // bytes per second that each of them reads; 0: none
}

// Churn is how long connections live until another one takes their place.
type Churn struct {
	Lifetime time.Duration `json:"lifetime" jsonschema_description:"Of a connection, 10ms to 24h; the first ones get a random part of it, so that they do not leave together. 0: they stay. Unit: a duration. Default: 0." jsonschema_extras:"default=0,least=10ms,orZero=true"` // 0: for ever
}
