package process

import (
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/harness/node/probe"
)

// scripted is a process of a shell, as Start makes one of our binary.
func scripted(t *testing.T, script string) *Process {
	t.Helper()
	p := &Process{label: "server mine", cmd: exec.Command("sh", "-c", script), stderr: &Tail{}, exited: make(chan struct{}), kills: probe.ReadOOMKills("/proc")}
	p.cmd.Stderr = p.stderr
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.exited)
	}()
	return p
}

// Who had to be killed, or held somebody who had, is told from who failed.
func TestEnded(t *testing.T) {
	for _, c := range []struct {
		script, want string
		late         bool
	}{
		{"exit 0", "", false},
		{"echo noise >&2; echo 'pushbench: still there 5s after SIGTERM, and killed: node' >&2; exit 7", "server mine: still there 5s after SIGTERM, and killed: node", true},
		{"exit 7", "server mine: processes it had started were still there after SIGTERM, and were killed", true},
		{"echo 'panic: no hub' >&2; echo main.go:13 >&2; exit 2", "server mine died: exit status 2: panic: no hub", false},
		{"exit 3", "server mine died: exit status 3", false},
		{"kill -KILL $$", "server mine died: signal: killed", false},
		{"exec sleep 1000", "server mine was still there 50ms after SIGTERM, and was killed", true},
	} {
		patience := time.Minute
		if c.late && strings.HasPrefix(c.script, "exec") {
			patience = 50 * time.Millisecond
		}
		err := scripted(t, c.script).ended("SIGTERM", patience)
		if err == nil && c.want != "" || err != nil && err.Error() != c.want {
			t.Errorf("%q: %v, want %q", c.script, err, c.want)
		}
		if late := (*LateError)(nil); errors.As(err, &late) != c.late {
			t.Errorf("%q: late: %v", c.script, !c.late)
		}
		if death := (*DeathError)(nil); errors.As(err, &death) && strings.Contains(c.script, "panic") && len(death.Stderr) != 2 {
			t.Errorf("%q: kept %q", c.script, death.Stderr)
		}
	}
}
