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
	dir        string
	samples    *appender
	histograms *appender
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
	if err := f.write(samplesFile().header(), histogramsFile().header()); err != nil {
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
	err = errors.Join(f.samples.mend(samplesFile().header()), f.histograms.mend(histogramsFile().header()))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("reopen run folder: %w", err), f.Close())
	}
	return f, nil
}

func open(dir string, flags int) (*Folder, error) {
	samples, err := openAppender(filepath.Join(dir, samplesFile().name), flags)
	if err != nil {
		return nil, err
	}
	histograms, err := openAppender(filepath.Join(dir, histogramsFile().name), flags)
	if err != nil {
		return nil, errors.Join(err, samples.file.Close())
	}
	return &Folder{dir: dir, samples: samples, histograms: histograms}, nil
}

// Dir returns the folder's path.
func (f *Folder) Dir() string { return f.dir }

// Append adds the rows of one trial and waits until they are on the disk. After an error (a full disk, say) both files are
// as they were before.
func (f *Folder) Append(samples []Sample, histograms []HistogramRow) error {
	s, err := samplesFile().encode(samples)
	if err != nil {
		return fmt.Errorf("append trial: %w", err)
	}
	h, err := histogramsFile().encode(histograms)
	if err != nil {
		return fmt.Errorf("append trial: %w", err)
	}
	if err := f.write(s, h); err != nil {
		return fmt.Errorf("append trial: %w", err)
	}
	return nil
}

func (f *Folder) write(samples, histograms []byte) error {
	err := f.samples.write(samples)
	if err == nil {
		err = f.histograms.write(histograms)
	}
	if err != nil {
		return errors.Join(err, f.samples.rollback(), f.histograms.rollback())
	}
	f.samples.size += int64(len(samples))
	f.histograms.size += int64(len(histograms))
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
	return errors.Join(f.samples.file.Close(), f.histograms.file.Close())
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
