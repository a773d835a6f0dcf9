package fleet

import "time"

// pinger is a decoder whose server closes connections of clients that send nothing: protocols such as graphql-ws and Pusher have
// pings of their own.
type pinger interface {
	Ping() (sends []byte, every time.Duration) // every 0: it has none
}

// beginPings has a client that was just confirmed send its pings until it ends. Those of all clients are spread evenly. The recorder is
// locked.
func (c *conn) beginPings(r *recorder) {
	p, ok := c.decoder.(pinger)
	if !ok || r.pinging[c.number] {
		return // it does so since its first connection
	}
	if _, every := p.Ping(); every > 0 {
		r.pinging[c.number] = true
		time.AfterFunc(untilPoll(c.number, every), c.ping)
	}
}

// ping sends one, unless the client is just away, and has the next one sent.
func (c *conn) ping() {
	r := c.recorder
	r.mu.Lock()
	if c.ended || c.closing {
		delete(r.pinging, c.number)
		r.mu.Unlock()
		return
	}
	sends, every := c.decoder.(pinger).Ping() //nolint:forcetypeassert // it was one when they began
	stands := c.standing()
	r.mu.Unlock()
	if stands && sends != nil {
		r.fleet.engine.send(c, sends)
	}
	time.AfterFunc(untilPoll(c.number, every), c.ping)
}
