package machine

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// A network of its own begins with loopback down: containers without one are like that.
func TestLoopbackThatIsDown(t *testing.T) {
	const inside = "PUSHBENCH_TEST_NO_LOOPBACK"
	if os.Getenv(inside) != "" {
		if err := Loopback(); err == nil || !strings.Contains(err.Error(), "ip link set lo up") {
			t.Errorf("got %v, want what to do", err)
		}
		return
	}
	if err := Loopback(); err != nil {
		t.Errorf("here: %v", err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^TestLoopbackThatIsDown$")
	cmd.Env = append(os.Environ(), inside+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET}
	if err := cmd.Start(); err != nil {
		t.Skipf("no network of its own here: %v", err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("with loopback down: %v", err)
	}
}

func TestParseDivision(t *testing.T) {
	for _, c := range []struct {
		server, agents string
		shared         bool
		err            string
	}{
		{"2,3", "0,1", false, ""},
		{"0", "0", true, ""},
		{"4", "0", false, "the server was on cpus 4, and here are cpus 0,1,2,3: allow those"},
		{"1", "0,x", false, "the load was on cpus 0,x"},
		{"", "0", false, "the server was on cpus "},
	} {
		d, err := ParseDivision(c.server, c.agents, []int{0, 1, 2, 3})
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%q and %q: got %v, want %q", c.server, c.agents, err, c.err)
			}
			continue
		}
		if err != nil || List(d.Server) != c.server || List(d.Agents) != c.agents || d.Shared != c.shared {
			t.Errorf("%q and %q: got %+v, %v", c.server, c.agents, d, err)
		}
	}
}
