package epoll

import "golang.org/x/sys/unix"

// batches hands the events of a set to a channel, so that a shard can select on them and other channels.
type batches struct {
	ready   chan []unix.EpollEvent
	handled chan struct{} // the shard has handled the events of ready, which the next wait overwrites
	set     set
	over    chan struct{}
	ended   chan struct{}
}

func newBatches(s set) *batches {
	b := &batches{
		set: s, ready: make(chan []unix.EpollEvent), handled: make(chan struct{}),
		over: make(chan struct{}), ended: make(chan struct{}),
	}
	go func() {
		defer close(b.ended)
		s.wait(b.hand)
	}()
	return b
}

// hand returns when the shard has handled the events, and false when the shard has ended.
func (b *batches) hand(events []unix.EpollEvent) bool {
	select {
	case b.ready <- events:
	case <-b.over:
		return false
	}
	select {
	case <-b.handled:
		return true
	case <-b.over:
		return false
	}
}

func (b *batches) stop() {
	close(b.over)
	b.set.close()
	<-b.ended
}
