package results

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"
)

const runFile = "run.json"

// Data is everything a run's folder holds.
type Data struct {
	Run Run
	Rows
}

// Load reads a run's folder, finished or not. A last line cut short by a crash is left out, with a warning in
// Run.Warnings; every other mistake is an error that names file, line and column.
func Load(dir string) (*Data, error) {
	d := &Data{}
	if err := d.load(dir); err != nil {
		return nil, fmt.Errorf("load %s: %w", dir, err)
	}
	return d, nil
}

func (d *Data) load(dir string) error {
	b, err := os.ReadFile(filepath.Join(dir, runFile))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, &d.Run); err != nil {
		return RecordError{fmt.Errorf("%s: %w", runFile, err)}
	}
	d.Run.Reader = CurrentReader(d.Run.Reader)
	d.Run.clean()
	if err := d.Run.check(); err != nil {
		return fmt.Errorf("%s: %w", runFile, err)
	}
	var cut [3]string
	var files errgroup.Group // side by side: of a long run they take seconds
	files.Go(func() (err error) {
		d.Samples, cut[0], err = read(dir, samplesFile())
		return err
	})
	files.Go(func() (err error) {
		d.Histograms, cut[1], err = read(dir, histogramsFile())
		return err
	})
	files.Go(func() (err error) {
		d.Losses, cut[2], err = read(dir, lossesFile())
		if errors.Is(err, fs.ErrNotExist) {
			return nil // older runs counted losses and did not name them
		}
		return err
	})
	if err := files.Wait(); err != nil {
		return err
	}
	for _, name := range cut {
		if name != "" {
			d.Run.Warnings = append(d.Run.Warnings, Warning{Code: CutShort, Args: Args{"file": name}})
		}
	}
	return nil
}

// read returns a file's rows, and its name where the last one was cut short.
func read[T any](dir string, f file[T]) (rows []T, cut string, err error) {
	b, err := os.ReadFile(filepath.Join(dir, f.name))
	if err != nil {
		return nil, "", err
	}
	rows, whole, err := f.decode(b)
	if err == nil && !whole {
		cut = f.name
	}
	return rows, cut, err
}

// NextTrial returns a trial number no attempt of this run has used, those that crashed included.
func (d *Data) NextTrial() int {
	last := 0
	for _, t := range d.Run.Trials {
		last = max(last, t.Trial)
	}
	for _, s := range d.Samples {
		last = max(last, s.Trial)
	}
	for _, h := range d.Histograms {
		last = max(last, h.Trial)
	}
	for _, l := range d.Losses {
		last = max(last, l.Trial)
	}
	return last + 1
}
