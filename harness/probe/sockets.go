package probe

import (
	"context"
	"errors"

	"github.com/pushbench/pushbench/results"
)

// side is one side of a server's connections, all its sockets summed. The bytes are those of struct sock as SOCK_DIAG
// tells them (sock_diag(7), INET_DIAG_SKMEMINFO; kernel, net/core/sock.c, sk_get_meminfo).
type side struct {
	sockets float64
	files   float64 // of them in a process; the others wait to be accepted, or were closed with data left to send
	queued  float64 // payload: received and not read, or written and not acknowledged

	receive float64 // sk_rmem_alloc: buffers with what was received, as large as they were allocated
	send    float64 // sk_wmem_queued: buffers with what was written; sk_wmem_alloc counts clones of the same bytes
	option  float64 // sk_omem_alloc
	backlog float64 // sk_backlog: received while a process held the socket's lock
	forward float64 // sk_forward_alloc: a quota bought ahead and no memory yet, so that no sum contains it
}

// buffers is the memory behind what is queued.
func (s side) buffers() float64 { return s.receive + s.send + s.option + s.backlog }

// sockets reads the kernel memory of the server's ends of its connections, and for the check against the whole machine
// that of the clients' ends that are on it too. Both ends of 9 500 connections take 45 ms. Where SOCK_DIAG or the sizes of
// the kernel's objects cannot be had there are no rows: Accounting says why.
func sockets(_ context.Context, s Server) ([]Reading, error) {
	if !s.Address.IsValid() {
		return nil, nil
	}
	server, err := diagnose(s.Address, localEnd)
	if errors.Is(err, errors.ErrUnsupported) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	client, err := diagnose(s.Address, remoteEnd)
	if err != nil {
		return nil, err
	}
	readings := []Reading{
		gauge("sockets", results.Count, server.sockets),
		gauge("queued", results.Bytes, server.queued),
		gauge("receive_memory", results.Bytes, server.receive),
		gauge("send_memory", results.Bytes, server.send),
		gauge("option_memory", results.Bytes, server.option),
		gauge("backlog_memory", results.Bytes, server.backlog),
		gauge("forward_memory", results.Bytes, server.forward),
		gauge("client_sockets", results.Count, client.sockets),
		gauge("client_queued", results.Bytes, client.queued),
	}
	size, err := readSlab(s.Sys, s.Address.Addr())
	if err != nil {
		return readings, nil //nolint:nilerr // root only on many systems: Accounting says so
	}
	return append(readings,
		gauge("kernel_memory", results.Bytes, size.of(server)+server.buffers()),
		gauge("client_kernel_memory", results.Bytes, size.of(client)+size.port*client.sockets+client.buffers()),
		gauge("reclaimable_memory", results.Bytes, size.reclaimable*(server.files+client.files)),
	), nil
}

// end says which end of a connection is looked for.
type end bool

const (
	localEnd  end = true  // bound to the address
	remoteEnd end = false // connected to it
)
