package trace

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"github.com/cilium/ebpf/btf"
	"golang.org/x/sys/unix"
)

// The tracepoints, and where their arguments stand in a program's context: 8 bytes each.
const (
	tracepointEnter      = "sys_enter"          // struct pt_regs *, long number
	tracepointSend       = "sock_send_length"   // struct sock *, int ret, int flags
	tracepointRetransmit = "tcp_retransmit_skb" // const struct sock *, ...

	argumentNumber = 8
	argumentSocket = 0
	argumentSent   = 8
)

// kernel is what the programs must know of the running one.
type kernel struct {
	localPort int16 // offset of a socket's own port within struct sock, in bytes; the port is in the host's order
	device    int64 // of the namespace our process ids are of, in the kernel's encoding
	inode     int64
}

// readKernel looks into the kernel's types. The error says what is different from the kernels these programs are for.
func readKernel(types *btf.Cache) (kernel, error) {
	spec, err := types.Kernel()
	if err != nil {
		return kernel{}, fmt.Errorf("types of the kernel (BTF): %w", err)
	}
	for _, t := range []struct {
		name string
		want func([]btf.FuncParam) bool
	}{
		{tracepointEnter, func(p []btf.FuncParam) bool { return len(p) == 2 && integer(p[1], 8) }},
		{tracepointSend, func(p []btf.FuncParam) bool { return len(p) == 3 && socket(p[0]) && integer(p[1], 4) }},
		{tracepointRetransmit, func(p []btf.FuncParam) bool { return len(p) >= 2 && socket(p[0]) }},
	} {
		p, err := arguments(spec, t.name)
		if err != nil {
			return kernel{}, err
		}
		if !t.want(p) {
			return kernel{}, fmt.Errorf("tracepoint %s has other arguments on this kernel: %v", t.name, p)
		}
	}
	var sock *btf.Struct
	if err := spec.TypeByName("sock", &sock); err != nil {
		return kernel{}, fmt.Errorf("struct sock: %w", err)
	}
	bits, ok := offset(sock.Members, "skc_num")
	if !ok {
		return kernel{}, errors.New("struct sock has no skc_num on this kernel")
	}
	k := kernel{localPort: int16(bits.Bytes())} //nolint:gosec // within the first bytes of the structure
	k.device, k.inode, err = namespace()
	return k, err
}

// arguments are the types of what a tracepoint hands to its programs.
func arguments(spec *btf.Spec, tracepoint string) ([]btf.FuncParam, error) {
	var typedef *btf.Typedef
	if err := spec.TypeByName("btf_trace_"+tracepoint, &typedef); err != nil {
		return nil, fmt.Errorf("tracepoint %s: %w", tracepoint, err)
	}
	pointer, ok := typedef.Type.(*btf.Pointer)
	if !ok {
		return nil, fmt.Errorf("tracepoint %s is no function", tracepoint)
	}
	function, ok := pointer.Target.(*btf.FuncProto)
	if !ok || len(function.Params) == 0 {
		return nil, fmt.Errorf("tracepoint %s is no function with arguments", tracepoint)
	}
	return function.Params[1:], nil // the first is the tracepoint's own
}

func socket(p btf.FuncParam) bool {
	pointer, ok := p.Type.(*btf.Pointer)
	if !ok {
		return false
	}
	s, ok := btf.UnderlyingType(pointer.Target).(*btf.Struct) // through const
	return ok && s.Name == "sock"
}

func integer(p btf.FuncParam, size uint32) bool {
	i, ok := btf.UnderlyingType(p.Type).(*btf.Int)
	return ok && i.Size == size
}

// offset finds a member by its name, also below members that are structures and unions.
func offset(members []btf.Member, name string) (btf.Bits, bool) {
	for _, m := range members {
		if m.Name == name {
			return m.Offset, true
		}
		var inner []btf.Member
		switch t := btf.UnderlyingType(m.Type).(type) {
		case *btf.Struct:
			inner = t.Members
		case *btf.Union:
			inner = t.Members
		}
		if below, ok := offset(inner, name); ok {
			return m.Offset + below, true
		}
	}
	return 0, false
}

// namespace names that of our process ids: within a container the kernel's own ids are others.
func namespace() (device, inode int64, err error) {
	info, err := os.Stat("/proc/self/ns/pid")
	if err != nil {
		return 0, 0, err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, errors.New("/proc/self/ns/pid has no inode")
	}
	const minorBits = 20                                                                              // include/linux/kdev_t.h
	return int64(unix.Major(stat.Dev))<<minorBits | int64(unix.Minor(stat.Dev)), int64(stat.Ino), nil //nolint:gosec // an inode's number fits
}
