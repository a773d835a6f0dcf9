package probe

import (
	"fmt"
	"net/netip"
	"path/filepath"

	"github.com/pushbench/pushbench/results"
)

// Accounting says, for the record of a run, where figures of the kernel can be read on this machine, and why not where they
// cannot: such figures are missing from the run.
func Accounting(proc, sys string) map[string]string {
	said := map[string]string{"socket buffers": "SOCK_DIAG"}
	// Nobody is connected to port 1 of an address nobody has: the answer is empty, or says what is in the way.
	if _, err := diagnose(question{which: localEnd, address: netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, 1}), 1)}); err != nil {
		said["socket buffers"] = results.Unknown + err.Error()
	}
	said["reads and writes"] = "proc/PID/io"
	if _, _, err := fieldSum(filepath.Join(proc, "self", "io"), "syscw:"); err != nil {
		said["reads and writes"] = results.Unknown + err.Error()
	}
	if size, err := readSlab(sys, "TCP"); err != nil {
		said["socket objects"] = results.Unknown + err.Error()
	} else {
		said["socket objects"] = fmt.Sprintf("%.0f B for an end with its file, %.0f B more for a client's port", size.socket+size.file, size.port)
	}
	if _, file, err := cgroupSockets(proc, "self"); err != nil {
		said["control group"] = results.Unknown + err.Error()
	} else {
		said["control group"] = file
	}
	said["socket options"] = "pidfd_getfd"
	if err := optionsReadable(proc); err != nil {
		said["socket options"] = "unknown: " + err.Error()
	}
	return said
}
