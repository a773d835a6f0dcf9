package websocket

import (
	"io"
	"net/http"
	"sync"

	"github.com/pushbench/pushbench/servers/hub"
)

// twoWay reports whether the client asks to send messages: only then a connection of gorilla's needs a lock.
func twoWay(r *http.Request) bool { return r.URL.Query().Get("uplink") == "1" }

// gorillaPeer is a connection of gorilla's that is written to in one of our ways.
type gorillaPeer interface {
	Peer
	begin() // sets limits and deadlines before the first read
	NextReader() (kind int, r io.Reader, err error)
	send(message []byte) error // one writer at a time
}

// talking is one whose messages are confirmed. Gorilla allows one writer of messages at a time, and here are two: the
// delivery and reader.
type talking struct {
	gorillaPeer
	hub     *hub.Hub
	buffers *sync.Pool // of *[readLimit]byte
	writing sync.Mutex
}

func (c *talking) Send(batch []hub.Message) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	return c.gorillaPeer.Send(batch)
}

func (c *talking) Heartbeat() error {
	c.writing.Lock()
	defer c.writing.Unlock()
	return c.gorillaPeer.Heartbeat()
}

// Read confirms messages. Control frames gorilla answers itself, and allows them concurrently with others.
func (c *talking) Read() {
	c.begin()
	for {
		_, r, err := c.NextReader()
		if err == nil {
			err = c.receive(r)
		}
		if err != nil {
			return
		}
	}
}

func (c *talking) receive(r io.Reader) error {
	buffer := c.buffers.Get().(*[readLimit]byte) //nolint:forcetypeassert // the pool's only type
	defer c.buffers.Put(buffer)
	n, err := io.ReadFull(r, buffer[:])
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return err
	}
	return c.confirm(buffer[:n])
}

// confirm hands a message over; one that is not accepted is ignored.
func (c *talking) confirm(message []byte) error {
	confirmation := c.hub.Receive(message)
	if confirmation == nil {
		return nil
	}
	c.writing.Lock()
	defer c.writing.Unlock()
	return c.send(confirmation)
}
