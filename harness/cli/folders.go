package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/pushbench/pushbench/results"
)

// runFolder finds a run by its folder or by its name below out.
func runFolder(out, name string) (string, error) {
	for _, dir := range []string{name, filepath.Join(out, name)} {
		if _, err := os.Stat(filepath.Join(dir, "run.json")); err == nil {
			return filepath.EvalSymlinks(dir)
		}
	}
	return "", fmt.Errorf("no run %q: neither %s nor %s holds a run.json", name, name, filepath.Join(out, name))
}

// unusable makes a usage error of a folder without a valid record, and of lanes that its run does not have.
func unusable(err error) error {
	if record, selection := (results.RecordError{}), (results.SelectionError{}); errors.As(err, &record) || errors.As(err, &selection) {
		return usageError{err}
	}
	return err
}

// create makes the folder of a new run, which is called by its scenario and the second it begins in. A run that another one
// was faster to call so is the second of that second.
func create(out string, record *results.Run) (*results.Folder, error) {
	now := time.Now()
	record.Started = now.UTC()
	name := record.Scenario + "-" + now.Format("20060102-150405")
	record.Name = name
	for again := 2; ; again++ {
		f, err := results.Create(filepath.Join(out, record.Name))
		if !errors.Is(err, results.ErrTaken) {
			return f, err
		}
		record.Name = fmt.Sprintf("%s-%d", name, again)
	}
}

// linkLatest points OUT/latest at a run in OUT. A run that lies elsewhere gets no link: its folder is not ours to write in.
func linkLatest(out, dir string) error {
	parent, err := os.Stat(filepath.Dir(dir))
	if err != nil {
		return err
	}
	if here, err := os.Stat(out); err != nil || !os.SameFile(here, parent) {
		return nil //nolint:nilerr // there is no such folder, and so no run in it
	}
	path := filepath.Join(out, "latest")
	if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeSymlink == 0 {
		return fmt.Errorf("%s is in the way: move it", path)
	}
	next := fmt.Sprintf("%s.%d", path, os.Getpid()) // another run may begin at the same time
	if err := os.Symlink(filepath.Base(dir), next); err != nil {
		return err
	}
	if err := os.Rename(next, path); err != nil {
		return errors.Join(err, os.Remove(next))
	}
	return nil
}
