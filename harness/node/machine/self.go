package machine

import (
	"fmt"
	"os"
	"os/exec"
)

// running is the file this process runs, also when another one has taken its place since, or none.
const running = "/proc/self/exe"

// Self is a command that runs the very binary this process runs. A path is not enough: a build that replaces the file in the
// middle of a run would have the rest of its trials measured with other code.
func Self(args ...string) (*exec.Cmd, error) {
	path := running
	if _, err := os.Stat(path); err != nil { // no such thing on this system
		if path, err = os.Executable(); err != nil {
			return nil, fmt.Errorf("find my own binary: %w", err)
		}
	}
	cmd := exec.Command(path, args...) //nolint:gosec,noctx // our own binary; who starts it ends it
	cmd.Args[0] = os.Args[0]           // what tools show of it
	return cmd, nil
}

// nameFile holds the name by which tools list this process.
const nameFile = "/proc/self/comm"

// CallMyself has tools list this process by a name: one that Self has started would be listed as exe.
func CallMyself(name string) { _ = os.WriteFile(nameFile, []byte(name), 0) } // a nicety: it may fail
