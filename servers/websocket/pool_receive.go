package websocket

import (
	"bytes"
	"sync"
)

// outbox is the confirmations of a connection without a reader, until a goroutine has written them.
type outbox struct {
	talking
	message []byte // that has come in part; the watcher's

	mu      sync.Mutex
	waiting [][]byte
	busy    bool // the goroutine is there
}

// mostWaiting is how many messages of a client are taken that does not read their confirmations.
const mostWaiting = 1024

// receive takes a data frame. The watcher must not wait for the socket: a goroutine writes the confirmation.
func (c *pooled) receive(final bool, payload []byte) {
	o := c.talk
	if o == nil {
		return
	}
	if !final || len(o.message) > 0 {
		o.message = append(o.message, payload...)
		payload = o.message
	}
	if len(payload) > readLimit {
		c.end()
		return
	}
	if !final {
		return
	}
	o.message = nil
	confirmation := o.hub.Receive(payload)
	if confirmation == nil {
		return
	}
	start, full := o.put(bytes.Clone(confirmation))
	switch {
	case full:
		c.end()
	case start:
		c.detached.Go(o.write)
	}
}

// put adds a confirmation, and reports whether it needs a writer, or is one too many.
func (o *outbox) put(confirmation []byte) (start, full bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.waiting = append(o.waiting, confirmation)
	start, o.busy = !o.busy, true
	return start, len(o.waiting) > mostWaiting
}

// write writes all there is; of a connection that has failed nothing comes.
func (o *outbox) write() {
	for {
		o.mu.Lock()
		all := o.waiting
		o.waiting = nil
		o.busy = len(all) > 0
		o.mu.Unlock()
		if len(all) == 0 {
			return
		}
		for _, confirmation := range all {
			o.writing.Lock()
			_ = o.send(confirmation)
			o.writing.Unlock()
		}
	}
}
