package fleet

import "golang.org/x/sys/unix"

const hasEpoll = true

// newEngine makes the engine of the options; dialer is nil for clients with sockets.
func newEngine(o Options, dialer Dialer) (engine, error) {
	name, err := o.For(dialer != nil)
	if err != nil {
		return nil, err
	}
	growDescriptorTable()
	if name == Goroutines {
		return newGoroutines(dialer), nil
	}
	return newEpoll(o.Reader)
}

// growDescriptorTable makes the kernel's table of this process as large as it can get. It grows by doubling, and in a
// process with threads each growth waits for an RCU grace period (fs/file.c, expand_fdtable): 9 to 23 ms were measured in
// the connect that needed descriptor 256, 512, 1024 and 2048, which would be the generator's delay in every handshake
// behind it. A server pays for the same growth in accept; that is its own, and stays in its figures.
func growDescriptorTable() {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) != nil {
		return
	}
	last := int(min(limit.Cur, maxDescriptors)) - 1 //nolint:gosec // bounded on the line
	// Without it connects are late now and then, and the recorded lateness says so.
	if fd, err := unix.FcntlInt(0, unix.F_DUPFD_CLOEXEC, last); err == nil {
		_ = unix.Close(fd)
	}
}
