package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// What decides figures and is not what it was, is said.
func TestDifferences(t *testing.T) {
	before := results.Environment{
		Commit: "a", Go: "go1.25", OS: "o", Kernel: "k", CPU: "c", CPUs: 4, Memory: 8 << 30,
		Accounting: map[string]string{"system calls": "eBPF", "socket objects": "1 B"},
		Limits:     map[string]string{"descriptors": "1024"}, Sysctls: map[string]string{"net.core.somaxconn": "128", "fs.file-max": "1"},
	}
	if got := differences(before, before); got != nil {
		t.Errorf("the same machine: %q", got)
	}
	now := before
	now.Go, now.CPUs, now.Memory = "go1.26", 2, 4<<30
	now.Accounting = map[string]string{"system calls": results.Unknown + "not root", "socket objects": "2 B"}
	now.Limits = map[string]string{"descriptors": "4096"}
	now.Sysctls = map[string]string{"net.core.somaxconn": "4096", "fs.file-max": "1"}
	want := []string{
		"go go1.26, was go1.25", "cpus 2, was 4", "memory 4.0 GiB, was 8.0 GiB", "system calls unknown: not root, was eBPF", "descriptors 4096, was 1024", "net.core.somaxconn 4096, was 128",
	}
	if diff := cmp.Diff(want, differences(before, now)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// A run that ends early says how to have the rest of it.
func TestGoOn(t *testing.T) {
	full := fmt.Errorf("append trial: %w", &os.PathError{Op: "write", Path: "samples.csv", Err: syscall.ENOSPC})
	for _, c := range []struct {
		err  error
		want string
	}{
		{full, "append trial: write samples.csv: no space left on device: the measured trials are kept; make room and resume with: pushbench compare --resume r"},
		{wire.ErrBusLost, "lost the connection to nats: the measured trials are kept; resume with: pushbench compare --resume r"},
		{context.Canceled, "interrupted: the measured trials are in r; resume with: pushbench compare --resume r"},
		{errors.New("1 of 2 trials failed"), "1 of 2 trials failed"},
	} {
		if got := goOn(c.err, "r"); got.Error() != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
	if err := goOn(nil, "r"); err != nil {
		t.Error(err)
	}
}

// Two runs of one second have two folders.
func TestRunsOfOneSecond(t *testing.T) {
	out := t.TempDir()
	names := map[string]bool{}
	for range 3 {
		record := results.Run{Scenario: "s"}
		f, err := create(out, &record)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if names[record.Name] || filepath.Base(f.Dir()) != record.Name {
			t.Errorf("run %s in %s, after %v", record.Name, f.Dir(), names)
		}
		names[record.Name] = true
	}
}

// The newest run of a folder has a link beside it; a run that lies elsewhere has none.
func TestLinkLatest(t *testing.T) {
	out := t.TempDir()
	for _, name := range []string{"a", "b"} {
		if err := os.Mkdir(filepath.Join(out, name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := linkLatest(out, filepath.Join(out, name)); err != nil {
			t.Fatal(err)
		}
		if to, err := os.Readlink(filepath.Join(out, "latest")); err != nil || to != name {
			t.Errorf("latest leads to %s, %v, want %s", to, err, name)
		}
	}
	other := t.TempDir()
	for _, o := range []string{out, filepath.Join(out, "nothing")} {
		if err := linkLatest(o, filepath.Join(other, "run")); err != nil {
			t.Error(err)
		}
	}
	if left, err := os.ReadDir(other); err != nil || len(left) > 0 {
		t.Errorf("left in the folder of somebody else: %v, %v", left, err)
	}
	if err := errors.Join(os.Remove(filepath.Join(out, "latest")), os.Mkdir(filepath.Join(out, "latest"), 0o700)); err != nil {
		t.Fatal(err)
	}
	if err := linkLatest(out, filepath.Join(out, "a")); err == nil || !strings.Contains(err.Error(), "latest is in the way: move it") {
		t.Errorf("got %v", err)
	}
}

func TestSchedule(t *testing.T) {
	for _, c := range []struct {
		trials int
		each   time.Duration
		want   string
		long   bool
	}{
		{3, 904 * time.Millisecond, "3 trials of 0.904 s, 2.71 s in all", false},
		{96, 15 * time.Second, "96 trials of 15 s, 24 min in all", false},
		{96, 10 * time.Minute, "96 trials of 10 min, 16.0 h in all", false},
		{3, 1_000_000 * time.Second, "3 trials of 11.6 days, 34.7 days in all", true},
		{1_000_000, 1_000_000 * time.Second, "31710 years in all", true}, // more than a time.Duration holds
	} {
		got := schedule(c.trials, c.each)
		if !strings.Contains(got, c.want) || strings.Contains(got, "is that meant?") != c.long {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
