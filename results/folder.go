package results

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Folder is a run's folder, open for the trials to come and for no other process. It is written after every trial, so that
// a crash in the tenth hour leaves nine hours of valid files. It is for one goroutine.
type Folder struct {
	dir   string
	lock  *os.File
	files []*appender // in the order of headers
}

// headers are the first lines of the files that grow with every trial, by name.
func headers() []struct {
	name string
	line []byte
} {
	return []struct {
		name string
		line []byte
	}{
		{samplesFile().name, samplesFile().header()},
		{histogramsFile().name, histogramsFile().header()},
		{lossesFile().name, lossesFile().header()},
	}
}

// ErrTaken is why a folder is not created: it holds something already.
var ErrTaken = errors.New("is not empty (choose another name, or continue it with --resume)")

// Create makes the folder dir with empty tables. A folder that already holds something is refused with ErrTaken.
func Create(dir string) (*Folder, error) {
	f, err := create(dir)
	if err != nil {
		return nil, fmt.Errorf("create run folder: %w", err)
	}
	return f, nil
}

func create(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	if len(entries) > 0 {
		return nil, fmt.Errorf("%s %w", dir, ErrTaken)
	}
	f := &Folder{dir: dir}
	if f.lock, err = lock(dir); err == nil {
		err = f.open(os.O_CREATE | os.O_EXCL)
	}
	busy := (*BusyError)(nil)
	if errors.As(err, &busy) || errors.Is(err, fs.ErrExist) { // another process was faster
		err = fmt.Errorf("%s %w", dir, ErrTaken)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	var lines [][]byte
	for _, h := range headers() {
		lines = append(lines, h.line)
	}
	if err := f.write(lines...); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Reopen opens an existing folder to append to it, and reads what it holds. A last line a crash cut short is removed, with
// a warning as Load gives it. The error is a BusyError while another process appends to the folder.
func Reopen(dir string) (*Folder, *Data, error) {
	f := &Folder{dir: dir}
	d, err := f.reopen()
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("reopen run folder: %w", err), f.Close())
	}
	return f, d, nil
}

// reopen loads under the lock: no other process adds a trial.
func (f *Folder) reopen() (d *Data, err error) {
	if f.lock, err = lock(f.dir); err != nil {
		return nil, err
	}
	if d, err = Load(f.dir); err != nil {
		return nil, err
	}
	err = errors.Join(
		upgrade(f.dir, samplesFile(), d.Samples), upgrade(f.dir, histogramsFile(), d.Histograms), upgrade(f.dir, lossesFile(), d.Losses),
		f.open(0),
	)
	for _, a := range f.files {
		err = errors.Join(err, a.mend())
	}
	return d, err
}

// upgrade rewrites a file that an older version began, with the columns of this one. A file of a newer version has columns
// that would be lost: it is refused.
func upgrade[T any](dir string, f file[T], rows []T) error {
	path := filepath.Join(dir, f.name)
	header, err := firstLine(path)
	if errors.Is(err, fs.ErrNotExist) || bytes.Equal(header, f.header()) {
		return nil // what is missing is reported where it is opened
	}
	for name := range strings.SplitSeq(strings.TrimSpace(string(header)), ",") {
		if !slices.Contains(f.names(), name) {
			return fmt.Errorf("%s:1: unknown column %q: the run was begun by a newer version; continue it with that one", f.name, name)
		}
	}
	b, err := f.encode(rows)
	if err != nil {
		return err
	}
	return replace(path, append(f.header(), b...))
}

// open opens the files for appending.
func (f *Folder) open(flags int) error {
	for _, h := range headers() {
		a, err := openAppender(filepath.Join(f.dir, h.name), flags)
		if err != nil {
			return err
		}
		f.files = append(f.files, a)
	}
	return nil
}

// Dir returns the folder's path.
func (f *Folder) Dir() string { return f.dir }

// Append adds the rows of one trial and waits until they are on the disk. After an error (a full disk, say) all files are
// as they were before.
func (f *Folder) Append(rows Rows) error {
	s, err := samplesFile().encode(rows.Samples)
	if err != nil {
		return fmt.Errorf("append trial: %w", err)
	}
	h, err := histogramsFile().encode(rows.Histograms)
	if err != nil {
		return fmt.Errorf("append trial: %w", err)
	}
	l, err := lossesFile().encode(rows.Losses)
	if err != nil {
		return fmt.Errorf("append trial: %w", err)
	}
	if err := f.write(s, h, l); err != nil {
		return fmt.Errorf("append trial: %w", err)
	}
	return nil
}

// write puts data behind each of the files, or behind none.
func (f *Folder) write(data ...[]byte) error {
	for i, a := range f.files {
		if err := a.write(data[i]); err != nil {
			for _, other := range f.files {
				err = errors.Join(err, other.rollback())
			}
			return err
		}
	}
	for i, a := range f.files {
		a.size += int64(len(data[i]))
	}
	return nil
}

// SaveRun replaces run.json and trials.csv; a reader sees the old or the new ones, never a part.
func (f *Folder) SaveRun(run Run) error {
	b, err := json.MarshalIndent(run, "", "  ")
	if err != nil {
		return fmt.Errorf("save run: %w", err)
	}
	table, err := trialsFile().encode(run.Trials)
	if err != nil {
		return fmt.Errorf("save run: %w", err)
	}
	err = errors.Join(
		replace(filepath.Join(f.dir, runFile), append(b, '\n')),
		replace(filepath.Join(f.dir, trialsFile().name), append(trialsFile().header(), table...)),
	)
	if err != nil {
		return fmt.Errorf("save run: %w", err)
	}
	return nil
}

// Close ends the appending, and lets other processes have the folder. The files are complete without it.
func (f *Folder) Close() error {
	var err error
	for _, a := range f.files {
		err = errors.Join(err, a.file.Close())
	}
	if f.lock != nil {
		err = errors.Join(err, unlock(f.lock))
	}
	return err
}

// replace puts data in the place of the file at path in one step. Only who has the folder's lock does so.
func replace(path string, data []byte) error {
	next := path + ".new"
	f, err := os.OpenFile(next, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(next, path)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(next))
	}
	return err
}
