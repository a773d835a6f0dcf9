package node

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/pushbench/pushbench/results"
)

// What a run has locked stays; what one that was killed has left goes, once its processes have ended.
func TestTidy(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	lives := exec.Command("cat")
	in, err := lives.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := lives.Start(); err != nil {
		t.Fatal(err)
	}
	made := map[string]folder{}
	for name, processes := range map[string][]results.Process{
		"locked": nil, "left": described([]int{1 << 30}), "alive": described([]int{lives.Process.Pid}),
	} {
		path := filepath.Join(os.TempDir(), folderPrefix+name+"-1")
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
		f, err := lockFolder(path)
		if err == nil {
			err = f.list(processes)
		}
		if err == nil && name != "locked" { // as the kernel does for who is killed
			err = f.lock.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		made[name] = f
	}
	other := filepath.Join(os.TempDir(), folderPrefix+"nobodys-1")
	if err := os.Mkdir(other, 0o700); err != nil {
		t.Fatal(err)
	}
	pipe := filepath.Join(os.TempDir(), folderPrefix+"pipe-1")
	if err := errors.Join(os.Mkdir(pipe, 0o700), syscall.Mkfifo(filepath.Join(pipe, folderLock), 0o600)); err != nil {
		t.Fatal(err)
	}
	number := strconv.Itoa(lives.Process.Pid)
	if left := Tidy(); len(left) != 1 || !strings.Contains(left[0].String(), "pid "+number+" (cat): kill "+number) {
		t.Errorf("left %q", left)
	}
	there := func() (names []string) {
		for _, path := range []string{made["locked"].path, made["left"].path, made["alive"].path, other, pipe} {
			if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
				name, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(path), folderPrefix), "-")
				names = append(names, name)
			}
		}
		return names
	}
	if got := there(); !slices.Equal(got, []string{"locked", "alive", "nobodys", "pipe"}) {
		t.Errorf("there are %v", got)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	if err := lives.Wait(); err != nil {
		t.Fatal(err)
	}
	if left := Tidy(); len(left) > 0 {
		t.Errorf("left %q", left)
	}
	if err := made["locked"].remove(); err != nil {
		t.Error(err)
	}
	if got := there(); !slices.Equal(got, []string{"nobodys", "pipe"}) {
		t.Errorf("there are %v", got)
	}
}

// A process in a session of its own lives on when its parent is killed; by what was known of it, it is ended.
func TestWhatIsLeftIsEnded(t *testing.T) {
	left := exec.Command("cat")
	in, err := left.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if err := left.Start(); err != nil {
		t.Fatal(err)
	}
	x := &running{known: described([]int{left.Process.Pid})}
	x.known = append(x.known, results.Process{PID: os.Getpid(), Name: "reused", Started: x.known[0].Started.AddDate(-1, 0, 0)})
	x.endLeft()
	var status *exec.ExitError
	if err := left.Wait(); !errors.As(err, &status) || status.ExitCode() != -1 {
		t.Errorf("it ended with %v", err)
	}
}
