package link

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Missing says what a link needs and this machine or this process does not have, and what to do about it; nil: nothing.
func Missing() error {
	var have [2]unix.CapUserData // of 64 bits
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	if err := unix.Capget(&header, &have[0]); err != nil {
		return fmt.Errorf("path: which rights there are for a link: %w", err)
	}
	for _, right := range []uint{unix.CAP_NET_ADMIN, unix.CAP_SYS_ADMIN} {
		if have[0].Effective&(1<<right) == 0 {
			return errors.New("path: a link needs root, for a network namespace and two devices (CAP_NET_ADMIN and CAP_SYS_ADMIN): run pushbench as root, or leave the link out")
		}
	}
	if _, err := os.Stat("/dev/net/tun"); err != nil {
		return fmt.Errorf("path: a link needs /dev/net/tun: %w: modprobe tun, or start the container with --device /dev/net/tun", err)
	}
	return nil
}
