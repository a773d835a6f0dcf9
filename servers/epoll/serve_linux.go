package epoll

import (
	"context"
	"errors"
	"net"
	"os"
	"runtime"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/servers/hub"
)

// Serve serves every connection of the listener from one shard per processor. It returns when ctx has ended and every
// connection has closed.
func Serve(ctx context.Context, l net.Listener, h *hub.Hub, p hub.Policy, t Transport) error {
	if p.OwnTimer {
		return errors.New("an event loop has one heartbeat timer for all its connections: leave --heartbeat-timer-each out, or choose a lane without -epoll")
	}
	listener, err := takeOver(l)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer context.AfterFunc(ctx, func() { _ = listener.Close() })()
	shards := make([]*shard, runtime.GOMAXPROCS(0))
	for i := range shards {
		if shards[i], err = newShard(h, p, t); err != nil {
			break
		}
	}
	var running sync.WaitGroup
	if err == nil {
		for _, s := range shards {
			running.Go(func() { s.run(ctx) })
		}
		err = accept(ctx, listener, shards)
	}
	cancel()
	for _, s := range shards {
		if s != nil {
			close(s.joining)
		}
	}
	running.Wait()
	return err
}

// takeOver makes the listener's descriptor ours: net.Listener would put each connection under Go's own poller. The
// options are those net sets on each connection it accepts (TCPListener.Accept, KeepAliveConfig); here they are inherited.
func takeOver(l net.Listener) (*os.File, error) {
	owner, ok := l.(interface{ File() (*os.File, error) })
	if !ok {
		return nil, errors.New("an event loop needs a TCP listener")
	}
	file, err := owner.File()
	if err != nil {
		return nil, err
	}
	_ = l.Close() // file is a second name of the socket
	raw, err := file.SyscallConn()
	if err != nil {
		return nil, err
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		for _, o := range []struct{ level, name, value int }{
			{unix.IPPROTO_TCP, unix.TCP_NODELAY, 1},
			{unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1},
			{unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, 15},
			{unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, 15},
			{unix.IPPROTO_TCP, unix.TCP_KEEPCNT, 9},
		} {
			failed = errors.Join(failed, unix.SetsockoptInt(int(fd), o.level, o.name, o.value))
		}
	})
	return file, errors.Join(err, failed)
}

// accept deals connections out to the shards, one each in turn, until the listener is closed.
func accept(ctx context.Context, listener *os.File, shards []*shard) error {
	raw, err := listener.SyscallConn()
	if err != nil {
		return err
	}
	for next := 0; ; {
		var fd int
		var errno syscall.Errno
		if err := raw.Read(func(l uintptr) bool {
			fd, errno = acceptNow(l)
			return errno != unix.EAGAIN
		}); err != nil {
			return nil //nolint:nilerr // the listener was closed: ctx has ended
		}
		switch errno {
		case 0:
			shards[next].joining <- fd
			next = (next + 1) % len(shards)
		case unix.EMFILE, unix.ENFILE, unix.ENOBUFS, unix.ENOMEM:
			// Out of descriptors: net/http waits as long before it tries again.
			select {
			case <-time.After(5 * time.Millisecond):
			case <-ctx.Done():
			}
		case unix.ECONNABORTED, unix.EINTR, unix.EPROTO:
		default:
			return errno
		}
	}
}
