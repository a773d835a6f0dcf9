package fleet

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// receiver reads sockets with their kernel receive stamps; all memory of a read is made once.
type receiver struct {
	buffer  [64 << 10]byte
	control [64]byte // one SCM_TIMESTAMPNS message is 32 bytes
	vector  unix.Iovec
	header  unix.Msghdr
}

func newReceiver() *receiver {
	r := &receiver{}
	r.vector.Base = &r.buffer[0]
	r.vector.SetLen(len(r.buffer))
	r.header.Iov = &r.vector
	r.header.SetIovlen(1)
	return r
}

// receive reads once. arrived is when the kernel received the bytes, on wire.Now's clock: offset takes the stamp, which
// is real time, there. When one read returns several segments the stamp is that of the last (tcp_recvmsg overwrites it
// with each), so that no message seems to have come before it did; 0 means that the kernel gave none.
func (r *receiver) receive(fd int, offset int64) (n int, arrived int64, err error) {
	r.header.Control = &r.control[0]
	r.header.SetControllen(len(r.control))
	// The call does not block, so that the scheduler need not hear of it: x/sys' wrapper would tell it, and allocate.
	got, _, errno := unix.RawSyscall(unix.SYS_RECVMSG, uintptr(fd), uintptr(unsafe.Pointer(&r.header)), unix.MSG_DONTWAIT) //nolint:gosec // the kernel's own layout
	if errno != 0 {
		return 0, 0, errno
	}
	if int(r.header.Controllen) < unix.SizeofCmsghdr+int(unsafe.Sizeof(unix.Timespec{})) { //nolint:gosec // at most len(control)
		return int(got), 0, nil
	}
	head := (*unix.Cmsghdr)(unsafe.Pointer(&r.control[0])) //nolint:gosec // as above
	if head.Level != unix.SOL_SOCKET || head.Type != unix.SCM_TIMESTAMPNS {
		return int(got), 0, nil
	}
	stamp := (*unix.Timespec)(unsafe.Pointer(&r.control[unix.CmsgLen(0)])) //nolint:gosec // as above
	return int(got), stamp.Nano() + offset, nil
}
