package results

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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
	d.Run.clean()
	if err := d.Run.check(); err != nil {
		return fmt.Errorf("%s: %w", runFile, err)
	}
	if d.Samples, err = read(dir, samplesFile(), &d.Run); err != nil {
		return err
	}
	if d.Histograms, err = read(dir, histogramsFile(), &d.Run); err != nil {
		return err
	}
	d.Losses, err = read(dir, lossesFile(), &d.Run)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // older runs counted losses and did not name them
	}
	return err
}

func read[T any](dir string, f file[T], run *Run) ([]T, error) {
	b, err := os.ReadFile(filepath.Join(dir, f.name))
	if err != nil {
		return nil, err
	}
	rows, whole, err := f.decode(b)
	if err != nil {
		return nil, err
	}
	if !whole {
		run.Warnings = append(run.Warnings, f.name+": the last line was cut short and is left out")
	}
	return rows, nil
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
