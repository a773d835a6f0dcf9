package probe

import (
	"context"
	"errors"
	"io/fs"
	"net/netip"

	"github.com/prometheus/procfs"

	"github.com/pushbench/pushbench/results"
)

// side is one side of a server's connections, all its sockets summed, or the one UDP socket of all. The bytes are those of struct sock as SOCK_DIAG
// tells them (sock_diag(7), INET_DIAG_SKMEMINFO; kernel, net/core/sock.c, sk_get_meminfo).
type side struct {
	sockets float64
	six     float64 // of them of IPv6, which are larger
	untold  float64 // in a process, and without a word of its memory
	files   float64 // of them in a process; the others wait to be accepted, or were closed with data left to send
	queued  float64 // payload: received and not read, or written and not acknowledged

	receive float64 // sk_rmem_alloc: buffers with received data, as large as they were allocated
	send    float64 // sk_wmem_queued: buffers with written data; sk_wmem_alloc counts clones of the same bytes
	option  float64 // sk_omem_alloc
	backlog float64 // sk_backlog: received while a process had the socket's lock
	forward float64 // sk_forward_alloc: a quota bought ahead and no memory yet, so that no sum contains it

	limit   float64 // sk_rcvbuf: what receive may come to
	dropped float64 // sk_drops: packets that had no room; TCP counts others under it
}

// buffers is the memory of queued data.
func (s side) buffers() float64 { return s.receive + s.send + s.option + s.backlog }

// ends are the sockets of a server, told apart.
type ends struct {
	server  side // its ends of its subscribers' connections, or its socket of UDP
	client  side // the other ends, where they are on this machine
	further side // all other TCP sockets its processes have: to whom it asks in turn, and who else has connected
}

// sockets reads the kernel memory of the server's ends of its connections and of all other TCP sockets its processes have, and
// for the check against the whole machine that of the clients' ends that are on it too. Where SOCK_DIAG or the sizes of the
// kernel's objects cannot be had there are no rows: Accounting says why. Nor are there any where clients are connected and
// their other ends are not on this machine: 0 would look like a measurement.
func sockets(_ context.Context, s Server) ([]Reading, error) {
	if !s.Address.IsValid() || s.UDP {
		return nil, nil
	}
	inodes, denied := s.inodes()
	if denied != nil && !errors.Is(denied, fs.ErrPermission) {
		return nil, denied
	}
	all, err := diagnose(question{address: s.Address, inodes: inodes, proc: s.Proc, pid: s.PID, clients: s.Clients})
	if errors.Is(err, errors.ErrUnsupported) {
		return nil, nil
	}
	server, client, further := all.server, all.client, all.further
	if err != nil || server.sockets == 0 && client.sockets > 0 {
		return nil, err
	}
	readings := append(server.readings(),
		gauge("client_sockets", results.Count, client.sockets),
		gauge("client_queued", results.Bytes, client.queued),
	)
	if denied != nil {
		return readings, nil //nolint:nilerr // of another user: what all its sockets take is not known
	}
	readings = append(readings, gauge("further_sockets", results.Count, further.sockets))
	size, err := readSlab(s.Sys, "TCP")
	if err != nil {
		return readings, nil //nolint:nilerr // root only on many systems: Accounting has the reason
	}
	return append(readings,
		gauge("kernel_memory", results.Bytes, size.of(server)+server.buffers()+size.of(further)+further.buffers()),
		gauge("client_kernel_memory", results.Bytes, size.of(client)+size.port*client.sockets+client.buffers()),
		gauge("reclaimable_memory", results.Bytes, size.reclaimable*(server.files+client.files+further.files)),
	), nil
}

// inodes are the numbers of all sockets the server's processes have.
func (s Server) inodes() (map[uint64]bool, error) {
	all := map[uint64]bool{}
	return all, s.eachProcess(func(p procfs.Proc) error {
		names, err := p.FileDescriptorTargets()
		for _, name := range names {
			if inode, ok := socketNumber(name); ok {
				all[inode] = true
			}
		}
		return err
	})
}

// sharedSocket reads the one socket that a server on UDP has for all its subscribers. What its buffer may hold is all there is for
// their packets at once, and what did not fit was lost. The subscribers' sockets are connected to nobody, which leaves them
// indistinguishable from others of the machine: there are no rows of them, nor of what needs them.
func sharedSocket(_ context.Context, s Server) ([]Reading, error) {
	if !s.Address.IsValid() || !s.UDP {
		return nil, nil
	}
	all, err := diagnose(question{udp: true, address: s.Address, proc: s.Proc, pid: s.PID})
	if errors.Is(err, errors.ErrUnsupported) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	server := all.server
	readings := append(server.readings(),
		gauge("receive_limit", results.Bytes, server.limit),
		counter("dropped", results.Count, server.dropped),
	)
	size, err := readSlab(s.Sys, "UDP")
	if err != nil {
		return readings, nil //nolint:nilerr // as above
	}
	return append(readings, gauge("kernel_memory", results.Bytes, size.of(server)+server.buffers())), nil
}

// readings are those of the server's side.
func (s side) readings() []Reading {
	return []Reading{
		gauge("sockets", results.Count, s.sockets),
		gauge("queued", results.Bytes, s.queued),
		gauge("receive_memory", results.Bytes, s.receive),
		gauge("send_memory", results.Bytes, s.send),
		gauge("option_memory", results.Bytes, s.option),
		gauge("backlog_memory", results.Bytes, s.backlog),
		gauge("forward_memory", results.Bytes, s.forward),
	}
}

// question is what the kernel is asked: for the TCP connections to an address and of processes, or for the UDP socket there.
type question struct {
	udp     bool
	address netip.AddrPort
	inodes  map[uint64]bool // numbers of the sockets the processes have
	proc    string
	pid     int // of a process in the network namespace that is meant; 0: this one's
	clients int // the same of the clients' ends
}
