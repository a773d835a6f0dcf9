package link

import (
	"errors"
	"fmt"
	"math"

	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/internal/wire"
)

// direction takes packets from one device and gives them to the other, each at its time.
type direction struct {
	*shaper

	from, to *device
	queue    fifo // in the order in which they came, which is that in which they arrive
	early    fifo // those that are not delayed
}

// packet is one on its way.
type packet struct {
	arrives int64
	data    []byte
}

// fifo holds packets in the order in which they arrive.
type fifo struct {
	packets []packet
	first   int      // of those that have not arrived
	free    [][]byte // room of packets that have
}

// onTheWay bounds the packets of a fifo: 300 MB, and with a delay of 150 ms 1.3 million a second, more than the box can forward.
const onTheWay = 200_000

func (q *fifo) push(arrives int64, data []byte) bool {
	if len(q.packets)-q.first >= onTheWay {
		return false
	}
	if q.first > len(q.packets)/2 {
		q.packets = q.packets[:copy(q.packets, q.packets[q.first:])]
		q.first = 0
	}
	room := make([]byte, 0, mtu)
	if n := len(q.free); n > 0 {
		room, q.free = q.free[n-1][:0], q.free[:n-1]
	}
	q.packets = append(q.packets, packet{arrives, append(room, data...)})
	return true
}

// next is when the first packet arrives; never: there is none.
func (q *fifo) next() int64 {
	if q.first == len(q.packets) {
		return never
	}
	return q.packets[q.first].arrives
}

const never = math.MaxInt64

func (q *fifo) pop() []byte {
	data := q.packets[q.first].data
	q.packets[q.first].data = nil
	q.first++
	q.free = append(q.free, data)
	return data
}

// batch is how many packets are read before those are written that are due.
const batch = 64

// receive takes what has come to the device.
func (d *direction) receive(buffer []byte) error {
	for range batch {
		n, err := unix.Read(d.from.fd, buffer)
		switch {
		case errors.Is(err, unix.EAGAIN):
			return nil
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return fmt.Errorf("link: read from %s: %w", d.from.name, err)
		case n == 0 || buffer[0]>>4 != 4: // the kernel asks for routers of IPv6, which is none of the clients' traffic
			continue
		}
		arrives, f := d.admit(wire.Now(), n)
		to := &d.queue
		if f == undelayed {
			to = &d.early
		}
		if f != dropped && !to.push(arrives, buffer[:n]) {
			d.overflowed.Add(1)
		}
	}
	return nil
}

// deliver writes what is due, half a tick early at most, and tells when it has to be called again.
func (d *direction) deliver() (next int64, err error) {
	for _, q := range []*fifo{&d.early, &d.queue} {
		for q.next() <= wire.Now()+int64(tick/2) {
			data := q.pop()
			_, err := unix.Write(d.to.fd, data)
			for errors.Is(err, unix.EINTR) {
				_, err = unix.Write(d.to.fd, data)
			}
			if err != nil {
				return 0, fmt.Errorf("link: write to %s: %w", d.to.name, err)
			}
		}
	}
	return min(d.early.next(), d.queue.next()), nil
}
