package results

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
)

// Two who append to one folder would write over each other's rows: the second is refused until the first has ended.
func TestOneWriterAtATime(t *testing.T) {
	dir := t.TempDir()
	first, err := Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.SaveRun(Run{Name: "r", Lanes: []Lane{{Name: "a"}}}); err != nil {
		t.Fatal(err)
	}
	_, _, err = Reopen(dir)
	busy := (*BusyError)(nil)
	if !errors.As(err, &busy) || busy.PID != os.Getpid() {
		t.Fatalf("reopened next to a writer: %v, want a BusyError with pid %d", err, os.Getpid())
	}
	if want := dir + " is being written by pushbench, pid " + strconv.Itoa(os.Getpid()); busy.Error() != want {
		t.Errorf("says %q, want %q", busy, want)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, lockFile)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the lock's file is left behind: %v", err)
	}
	second, data, err := Reopen(dir)
	if err != nil {
		t.Fatal(err)
	}
	if data.Run.Name != "r" {
		t.Errorf("reopened folder holds run %q, want r", data.Run.Name)
	}
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
}

// Who was killed leaves the lock's file and no lock.
func TestALockEndsWithItsProcess(t *testing.T) {
	dir := t.TempDir()
	f, err := Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.SaveRun(Run{Lanes: []Lane{{Name: "a"}}}), f.Close(), os.WriteFile(filepath.Join(dir, lockFile), []byte("123456\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	again, _, err := Reopen(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := text(t, dir, lockFile); got != strconv.Itoa(os.Getpid())+"\n" {
		t.Errorf("the lock names %q", got)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestOneCreatesAFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	var won atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			f, err := Create(dir)
			switch {
			case err == nil:
				won.Add(1)
				defer f.Close()
			case !errors.Is(err, ErrTaken):
				t.Error(err)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 {
		t.Errorf("%d created the folder, want 1", won.Load())
	}
}

// Files are as open to others as the user's umask has them.
func TestUmaskIsRespected(t *testing.T) {
	before := syscall.Umask(0o077)
	defer syscall.Umask(before)
	dir := filepath.Join(t.TempDir(), "run")
	f, err := Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.SaveRun(Run{}); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if names = append(names, e.Name()); info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is open to others under umask 077: %v", e.Name(), info.Mode())
		}
	}
	if want := "histograms.csv lock losses.csv run.json samples.csv trials.csv"; strings.Join(names, " ") != want {
		t.Errorf("the folder holds %s, want %s", strings.Join(names, " "), want)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
