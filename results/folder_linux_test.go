package results

import (
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A disk that is full in the middle of a trial's rows leaves the trials before it, and room for the next attempt.
func TestDiskFull(t *testing.T) {
	const alone = "PUSHBENCH_TEST_DISK_FULL"
	if os.Getenv(alone) == "" { // the limit is the process's: it would hold for go test's own log as well
		again := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestDiskFull$")
		again.Env = append(os.Environ(), alone+"=1")
		if out, err := again.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	d := example(t)
	trials := NewIndex(d).trials
	dir := t.TempDir()
	f, err := Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Append(trials[1]); err != nil {
		t.Fatal(err)
	}
	before := map[string]string{"samples.csv": text(t, dir, "samples.csv"), "histograms.csv": text(t, dir, "histograms.csv")}
	for name, content := range before {
		restore := limitFiles(t, uint64(len(content)+100))
		err := f.Append(trials[2])
		restore()
		if err == nil {
			t.Fatalf("no error with 100 bytes left for %s", name)
		}
		for name, want := range before {
			if diff := cmp.Diff(want, text(t, dir, name)); diff != "" {
				t.Errorf("%s changed (-before +after):\n%s", name, diff)
			}
		}
	}
	if err := f.Append(trials[2]); err != nil {
		t.Fatal(err)
	}
	if err := f.SaveRun(d.Run); err != nil {
		t.Fatal(err)
	}
	saved := text(t, dir, "run.json")
	restore := limitFiles(t, 100)
	err = f.SaveRun(d.Run)
	restore()
	if err == nil || text(t, dir, "run.json") != saved {
		t.Errorf("run.json after a full disk: %v, %d bytes, want an error and the old file", err, len(text(t, dir, "run.json")))
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "run.json.*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(trials[1].Samples) + len(trials[2].Samples); len(got.Samples) != n {
		t.Errorf("%d samples, want %d", len(got.Samples), n)
	}
}

// limitFiles makes every file of the process full at size, until the returned function is called.
func limitFiles(t *testing.T, size uint64) (restore func()) {
	t.Helper()
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		t.Fatal(err)
	}
	signal.Ignore(syscall.SIGXFSZ) // the write shall fail with EFBIG instead
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: size, Max: old.Max}); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
			t.Fatal(err)
		}
		signal.Reset(syscall.SIGXFSZ)
	}
}
