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

// sockets reads the kernel memory of the server's ends of its connections and of all other TCP sockets its processes have, and
// for the check against the whole machine that of the clients' ends that are on it too. Both ends of 9 500 connections take
// 45 ms. Where SOCK_DIAG or the sizes of the kernel's objects cannot be had there are no rows: Accounting has the reason. Nor are
// there any where clients are connected and their other ends are not on this machine: 0 would look like a measurement.
//
// A server on UDP has one socket for all its subscribers. Theirs are not connected, which makes them indistinguishable
// from others of the machine: there are no rows of them, nor of what needs them.
func sockets(_ context.Context, s Server) ([]Reading, error) {
	if !s.Address.IsValid() {
		return nil, nil
	}
	if s.UDP {
		return sharedSocket(s)
	}
	server, err := diagnose(question{which: localEnd, address: s.Address, proc: s.Proc, pid: s.PID})
	if errors.Is(err, errors.ErrUnsupported) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	client, err := diagnose(question{which: remoteEnd, address: s.Address})
	if err != nil || server.sockets == 0 && client.sockets > 0 {
		return nil, err
	}
	readings := append(server.readings(),
		gauge("client_sockets", results.Count, client.sockets),
		gauge("client_queued", results.Bytes, client.queued),
	)
	further, err := s.further()
	if errors.Is(err, fs.ErrPermission) {
		return readings, nil // of another user: what all its sockets take is not known
	}
	if err != nil {
		return nil, err
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

// further are the server's other sockets than its ends of subscriptions: to upstreams, and of other clients.
func (s Server) further() (side, error) {
	inodes := map[uint64]bool{}
	err := s.eachProcess(func(p procfs.Proc) error {
		names, err := p.FileDescriptorTargets()
		for _, name := range names {
			if inode, ok := socketNumber(name); ok {
				inodes[inode] = true
			}
		}
		return err
	})
	if err != nil || len(inodes) == 0 {
		return side{}, err
	}
	return diagnose(question{which: elsewhere, address: s.Address, inodes: inodes, proc: s.Proc, pid: s.PID})
}

// sharedSocket reads the socket of a server on UDP. What its buffer may hold is all there is for packets of all subscribers
// at once, and what did not fit was lost.
func sharedSocket(s Server) ([]Reading, error) {
	server, err := diagnose(question{which: udpSocket, address: s.Address, proc: s.Proc, pid: s.PID})
	if errors.Is(err, errors.ErrUnsupported) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
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

// end is the wanted end.
type end int

const (
	localEnd  end = iota // of TCP connections: bound to the address
	remoteEnd            // of TCP connections: connected to it
	udpSocket            // bound to the address
	elsewhere            // TCP connections of processes that are not bound to it
)

// question is what the kernel is asked.
type question struct {
	which   end
	address netip.AddrPort
	inodes  map[uint64]bool // of elsewhere: numbers of the sockets the processes have
	proc    string
	pid     int // of a process in the network namespace that is meant; 0: this one's
}
