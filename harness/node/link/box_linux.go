package link

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/internal/netns"
	"github.com/pushbench/pushbench/internal/wire"
)

// box is a link that forwards.
type box struct {
	inside, outside *device
	up, down        *direction // from the clients, and to them
}

// newBox makes the devices and begins to forward.
func newBox(l wire.Link, failed context.CancelCauseFunc) (b *box, line wire.Ready, err error) {
	b = &box{}
	err = netns.Outside(func() (err error) {
		if b.outside, err = newDevice(); err == nil {
			line.Sources, err = b.outside.lead()
		}
		if err == nil {
			err = forget(line.Sources)
		}
		return err
	})
	if err != nil {
		return nil, line, err
	}
	if b.inside, err = newDevice(); err != nil {
		return nil, line, err
	}
	if err := b.inside.host(line.Sources); err != nil {
		return nil, line, err
	}
	b.up = &direction{shaper: newShaper(l, 0), from: b.inside, to: b.outside}
	b.down = &direction{shaper: newShaper(l, 1), from: b.outside, to: b.inside}
	go func() { failed(b.forward()) }()
	return b, line, nil
}

// tick is how exact the link is. Packets that come or are due faster than that are passed on together: a timer and a wake-up for each
// would cost more than the packet, of a CPU that the load needs.
const tick = 100 * time.Microsecond

// forward passes packets on until a device fails. It is one thread that never waits for another: goroutines that hand packets to each
// other, and wait in the kernel for each, took five times the CPU for the packets of a ramp.
func (b *box) forward() error {
	punctual()
	devices := []unix.PollFd{{Fd: int32(b.inside.fd), Events: unix.POLLIN}, {Fd: int32(b.outside.fd), Events: unix.POLLIN}} //nolint:gosec // descriptors
	buffer := make([]byte, mtu)
	for turn := int64(0); ; {
		wire.PaceUntil(turn + int64(tick))
		turn = wire.Now()
		next := int64(never)
		for _, d := range []*direction{b.up, b.down} {
			if err := d.receive(buffer); err != nil {
				return err
			}
			due, err := d.deliver()
			if err != nil {
				return err
			}
			next = min(next, due)
		}
		if err := wait(devices, next); err != nil {
			return err
		}
	}
}

// punctual keeps the goroutine on a thread that runs before others as soon as it can: a clock that other processes of the trial hold
// up would be part of the delay. Where priorities may not be had it goes without; what the link reads of itself tells how well.
func punctual() {
	runtime.LockOSThread()
	_ = unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_FIFO, Priority: 1}, 0)
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0) // ns
}

// wait returns when a packet has come or it is a time, or earlier.
func wait(devices []unix.PollFd, until int64) error {
	const short = int64(time.Millisecond)
	left := max(until-wire.Now(), 0)
	var err error
	if left <= short {
		// Go's scheduler does not see it wait: it would wake its monitor thread for every packet, as in wire.PaceUntil. A garbage
		// collection may have to wait as long.
		timeout := unix.NsecToTimespec(left)
		_, _, errno := unix.RawSyscall6(unix.SYS_PPOLL, uintptr(unsafe.Pointer(&devices[0])), uintptr(len(devices)), uintptr(unsafe.Pointer(&timeout)), 0, 0, 0) //nolint:gosec // the kernel's own layout
		if errno != 0 {
			err = errno
		}
	} else {
		timeout := unix.NsecToTimespec(left - short)
		_, err = unix.Ppoll(devices, &timeout, nil)
	}
	if err != nil && !errors.Is(err, unix.EINTR) {
		return fmt.Errorf("link: wait for packets: %w", err)
	}
	return nil
}
