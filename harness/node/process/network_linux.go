package process

import (
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/internal/netns"
)

// outside is where a child finds the namespace of its parent: the first descriptor that it is handed. A path in /proc would be that of
// the parent's first thread, which may be elsewhere for a moment.
const outside = "/proc/self/fd/3"

// elsewhere starts a child in another network namespace, which it is in from its first instruction.
func (p *Process) elsewhere(o Options, start func() error) func() error {
	return func() error {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		own, err := netns.Own()
		if err != nil {
			return err
		}
		defer own.Close() //nolint:errcheck // nothing was written
		p.cmd.ExtraFiles = []*os.File{own}
		p.cmd.Env = append(p.cmd.Env, netns.OutsideVariable+"="+outside)
		if o.Isolated {
			p.cmd.SysProcAttr.Cloneflags = unix.CLONE_NEWNET
			return start()
		}
		return netns.In(fmt.Sprintf("/proc/%d/ns/net", o.Within), start)
	}
}
