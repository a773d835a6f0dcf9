package results

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Folder is a run's folder, open for the trials to come. It is written after every trial, so that a crash in the tenth
// hour leaves nine hours of valid files. It is for one goroutine.
type Folder struct {
	dir   string
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

// Create makes the folder dir with empty tables. A folder that already holds something is refused.
func Create(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("create run folder: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("create run folder: %w", err)
	}
	if len(entries) > 0 {
		return nil, fmt.Errorf("create run folder: %s is not empty (choose another name, or continue it with --resume)", dir)
	}
	f, err := open(dir, os.O_CREATE|os.O_EXCL)
	if err != nil {
		return nil, fmt.Errorf("create run folder: %w", err)
	}
	var lines [][]byte
	for _, h := range headers() {
		lines = append(lines, h.line)
	}
	if err := f.write(lines...); err != nil {
		return nil, errors.Join(fmt.Errorf("create run folder: %w", err), f.Close())
	}
	return f, nil
}

// Reopen opens an existing folder to append to it. A last line a crash cut short is removed.
func Reopen(dir string) (*Folder, error) {
	f, err := open(dir, 0)
	if err != nil {
		return nil, fmt.Errorf("reopen run folder: %w", err)
	}
	for i, h := range headers() {
		if err := f.files[i].mend(h.line); err != nil {
			return nil, errors.Join(fmt.Errorf("reopen run folder: %w", err), f.Close())
		}
	}
	return f, nil
}

func open(dir string, flags int) (*Folder, error) {
	f := &Folder{dir: dir}
	for _, h := range headers() {
		a, err := openAppender(filepath.Join(dir, h.name), flags)
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
		f.files = append(f.files, a)
	}
	return f, nil
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

// Close ends the appending. The files are complete without it.
func (f *Folder) Close() error {
	var err error
	for _, a := range f.files {
		err = errors.Join(err, a.file.Close())
	}
	return err
}

// replace puts data in the place of the file at path in one step.
func replace(path string, data []byte) (err error) {
	t, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(t.Name()))
		}
	}()
	_, err = t.Write(data)
	err = errors.Join(err, t.Chmod(0o644), t.Sync(), t.Close())
	if err != nil {
		return err
	}
	return os.Rename(t.Name(), path)
}
