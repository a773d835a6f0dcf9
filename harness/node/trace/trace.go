// Package trace counts, in the kernel, what server processes do while they are traced: their system calls by name, and
// what they send to their subscribers and when.
//
// It is apart from the probes because it slows down the traced processes: at 2000
// connections it added 0.7 µs of the server's CPU to a delivered message of ws-gorilla, 1.2 µs to one of sse-gin and 1.3 µs
// to one of tcp, 7 to 16 % (medians of six trials each, against the same broadcast before; 2 cores, November 2026). So a
// trial traces in a phase of its own, whose CPU is in no figure.
//
// What the kernel runs at its tracepoints is programs.c, compiled by make generate (bpf2go of github.com/cilium/ebpf) and
// committed, so that neither a compiler nor the kernel's headers are needed; what it asks of the kernel's types is looked up in
// its own description (BTF).
//
// It needs Linux 5.8 with BTF, root or CAP_BPF and CAP_PERFMON. Available returns what is missing.
package trace

import (
	"fmt"
	"os"
	"time"
)

// Process is a server process: its id, as seen from this one, and the port its subscribers are connected to.
type Process struct {
	PID  int
	Port uint16
}

// Counts are what all watched processes did together.
type Counts struct {
	Syscalls    map[string]uint64 // entered, by name; those without a name in our table are "other"
	Sends       uint64            // system calls that gave bytes to the socket of a subscriber
	Bytes       uint64            // given so
	Retransmits uint64            // segments the kernel sent again to subscribers

	// Messages are those in the sends, each rounded to a whole number of them: heartbeats are none, and a server that writes
	// several at once has them all counted, unless they are so many that what they share matters: 20 in one chunk of HTTP
	// count as 19. Then Messages is not the number received, and the mean is biased, as joined messages are late ones: 10 of 800
	// moved it by 0.5 ms. The mean one was given to the kernel by a call that was entered at Entered and left at Left, on
	// CLOCK_MONOTONIC: the clock of wire.Now; zero when there was none. Bytes would be the wrong weight: an SSE frame grows by a
	// byte with its sequence number, which moved a mean over 160 ms by 50 µs.
	Messages      uint64
	Entered, Left time.Duration
}

// mostFrame bounds a message on the wire in bytes: far above wire.MaxSize.
const mostFrame = 1 << 30

// Available is why nothing can be traced on this machine; nil: it can. It tries.
func Available() error {
	t, err := Load([]Process{{PID: os.Getpid(), Port: 1}}, 1)
	if err != nil {
		return err
	}
	defer t.Close()
	_, err = t.Watch(func() error { return nil })
	return err
}

// check is the error of processes that cannot be traced.
func check(processes []Process, frame int) error {
	if frame < 1 || frame > mostFrame {
		return fmt.Errorf("trace: messages of %d bytes on the wire", frame)
	}
	for _, p := range processes {
		if p.Port == 0 {
			return fmt.Errorf("trace: process %d has no port to watch", p.PID)
		}
	}
	return nil
}
