package probe

import (
	"errors"
	"fmt"
	"net"
	"net/netip"

	"github.com/pushbench/pushbench/results"
)

// Accounting states, for the record of a run, where figures of the kernel can be read on this machine, or why they
// cannot: such figures are missing from the run.
func Accounting(proc, sys string) map[string]string {
	from := map[string]string{"socket buffers": "SOCK_DIAG"}
	if err := socketsReadable(proc); err != nil {
		from["socket buffers"] = results.Unknown + err.Error()
	}
	from["reads and writes"] = "proc/PID/io"
	if p, err := processOf(proc, "self"); err != nil {
		from["reads and writes"] = results.Unknown + err.Error()
	} else if _, err := p.IO(); err != nil {
		from["reads and writes"] = results.Unknown + err.Error()
	}
	if size, err := readSlab(sys, "TCP"); err != nil {
		from["socket objects"] = results.Unknown + err.Error()
	} else {
		from["socket objects"] = fmt.Sprintf("%.0f B for an end with its file, %.0f B more for a client's port", size.socket+size.file, size.port)
	}
	if _, file, err := cgroupSockets(proc, "self"); err != nil {
		from["control group"] = results.Unknown + err.Error()
	} else {
		from["control group"] = file
	}
	from["socket options"] = "pidfd_getfd"
	if err := optionsReadable(proc); err != nil {
		from["socket options"] = "unknown: " + err.Error()
	}
	return from
}

// socketsReadable is why the memory of sockets cannot be read, by a connection of our own.
func socketsReadable(proc string) error {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // at once
	if err != nil {
		return err
	}
	defer l.Close()                              //nolint:errcheck // nothing was written
	c, err := net.Dial("tcp", l.Addr().String()) //nolint:noctx // at once
	if err != nil {
		return err
	}
	defer c.Close() //nolint:errcheck // as above
	address, err := netip.ParseAddrPort(l.Addr().String())
	if err != nil {
		return err
	}
	found, err := diagnose(question{address: address, proc: proc})
	if err == nil && found.client.sockets == 0 {
		err = errors.New("SOCK_DIAG shows none of this process's sockets")
	}
	return err
}
