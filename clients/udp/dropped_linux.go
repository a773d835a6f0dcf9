package udp

import (
	"net"
	"unsafe"

	"golang.org/x/sys/unix"
)

// dropped is how many packets a socket had no room for (SO_MEMINFO, socket(7); the array of sock_diag.h).
func dropped(udp *net.UDPConn) (packets uint64) {
	raw, err := udp.SyscallConn()
	if err != nil {
		return 0
	}
	var info [9]uint32 // as far as SK_MEMINFO_DROPS
	_ = raw.Control(func(fd uintptr) {
		size := uint32(unsafe.Sizeof(info))
		_, _, errno := unix.Syscall6(unix.SYS_GETSOCKOPT, fd, unix.SOL_SOCKET, unix.SO_MEMINFO,
			uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&size)), 0) //nolint:gosec // getsockopt(2)
		if errno != 0 {
			info = [9]uint32{} // a kernel that does not tell
		}
	})
	return uint64(info[8])
}
