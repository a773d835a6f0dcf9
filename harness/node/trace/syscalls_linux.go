package trace

import "golang.org/x/sys/unix"

// syscallNames are the calls a network server in Go makes, under their names of the manual. Others are counted together.
func syscallNames() map[uint32]string {
	return map[uint32]string{
		unix.SYS_READ: "read", unix.SYS_READV: "readv", unix.SYS_RECVFROM: "recvfrom", unix.SYS_RECVMSG: "recvmsg",
		unix.SYS_WRITE: "write", unix.SYS_WRITEV: "writev", unix.SYS_SENDTO: "sendto", unix.SYS_SENDMSG: "sendmsg",
		unix.SYS_SENDMMSG: "sendmmsg", unix.SYS_SENDFILE: "sendfile", unix.SYS_SPLICE: "splice",
		unix.SYS_IO_URING_ENTER: "io_uring_enter",
		unix.SYS_ACCEPT4:        "accept4", unix.SYS_CLOSE: "close", unix.SYS_SHUTDOWN: "shutdown",
		unix.SYS_SETSOCKOPT: "setsockopt", unix.SYS_GETSOCKOPT: "getsockopt", unix.SYS_GETSOCKNAME: "getsockname",
		unix.SYS_EPOLL_PWAIT: "epoll_pwait", unix.SYS_EPOLL_CTL: "epoll_ctl",
		unix.SYS_FUTEX: "futex", unix.SYS_NANOSLEEP: "nanosleep", unix.SYS_CLOCK_NANOSLEEP: "clock_nanosleep",
		unix.SYS_SCHED_YIELD: "sched_yield", unix.SYS_TGKILL: "tgkill", unix.SYS_GETPID: "getpid",
		unix.SYS_RT_SIGRETURN: "rt_sigreturn", unix.SYS_RT_SIGPROCMASK: "rt_sigprocmask", unix.SYS_PRCTL: "prctl",
		unix.SYS_MUNMAP: "munmap", unix.SYS_MADVISE: "madvise",
		unix.SYS_TIMER_SETTIME: "timer_settime", unix.SYS_CLONE: "clone",
	}
}

func syscallName(number uint32) string {
	if name, ok := syscallNames()[number]; ok {
		return name
	}
	return "other"
}
