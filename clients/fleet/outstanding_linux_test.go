package fleet

import (
	"net"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// outstanding is how many sent bytes a socket's peer has not acknowledged (SIOCOUTQ, tcp(7)), once that has settled: an
// acknowledgement takes microseconds on loopback, and may be delayed by 40 ms.
func outstanding(t *testing.T, conn net.Conn) (bytes int) {
	t.Helper()
	raw, err := conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Error(err)
		return 0
	}
	for deadline := time.Now().Add(time.Second); ; {
		err = raw.Control(func(fd uintptr) { bytes, _ = unix.IoctlGetInt(int(fd), unix.SIOCOUTQ) })
		if err != nil || bytes == 0 || time.Now().After(deadline) {
			return bytes
		}
	}
}
