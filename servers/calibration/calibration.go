// Package calibration holds what a lane can be made to cost on purpose: amounts known beforehand, which the instrument must
// read back (rule 14 of the method). Each is a thin wrapper around the sink of a real connection, so that hub, delivery
// loop, transport and socket are those of the lane it is added to.
//
// It is between the table of options in servers and the hub's delivery loop.
package calibration

import (
	"sync/atomic"
	"time"

	"github.com/pushbench/pushbench/servers/hub"
)

// The known amounts.
const (
	BallastBytes = 64 << 10              // held by each connection
	DelayTime    = 20 * time.Millisecond // by which the publisher holds each message
	BurnTime     = 50 * time.Microsecond // of CPU, for each message sent to a connection
)

// What Lossy drops: of every DropOf connections one misses each message whose number leaves DropRest when divided by
// DropEvery. That is exactly one delivery of DropEvery × DropOf, and never the last message, which the load waits for.
const (
	DropEvery = 10
	DropRest  = 5
	DropOf    = 100
)

// Ballast holds memory for as long as a connection lives.
func Ballast(s hub.Sink) hub.Sink {
	memory := new([BallastBytes]byte)
	for i := 0; i < len(memory); i += 4096 {
		memory[i] = 1 // a page is resident once it was written to
	}
	return &ballast{s, memory}
}

type ballast struct {
	hub.Sink
	memory *[BallastBytes]byte
}

// Burn spends CPU time before each message.
func Burn(s hub.Sink) hub.Sink { return burner{s} }

type burner struct{ hub.Sink }

func (b burner) Send(batch []hub.Message) error {
	spend(time.Duration(len(batch)) * BurnTime)
	return b.Sink.Send(batch)
}

// Lossy returns a wrapper that drops messages; connections are numbered in the order they come.
func Lossy() func(hub.Sink) hub.Sink {
	var connections atomic.Uint64
	return func(s hub.Sink) hub.Sink { return &lossy{Sink: s, number: connections.Add(1) - 1} }
}

type lossy struct {
	hub.Sink
	number  uint64
	greeted bool
}

// drops reports whether this connection misses the message: of DropOf connections in a row another one each time.
func (l *lossy) drops(seq uint64) bool {
	return l.greeted && seq%DropEvery == DropRest && (l.number+seq/DropEvery)%DropOf == 0
}

// Send hands on the stretches between the messages it drops; the batch is shared and stays as it is. The greeting is none
// of the messages.
func (l *lossy) Send(batch []hub.Message) error {
	for len(batch) > 0 {
		n := 0
		for n < len(batch) && !l.drops(batch[n].Seq) {
			n++
		}
		if n > 0 {
			if err := l.Sink.Send(batch[:n]); err != nil {
				return err
			}
		}
		l.greeted = true
		batch = batch[min(n+1, len(batch)):]
	}
	return nil
}
