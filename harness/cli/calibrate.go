package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/pushbench/pushbench/report"
	"github.com/pushbench/pushbench/results"
)

// Calibrate measures lanes whose differences are known, and compares.
func Calibrate(s Streams) *cobra.Command {
	var (
		o    runOptions
		full bool
	)
	cmd := &cobra.Command{
		Use:   "calibrate [scenario...]",
		Short: "Measure known differences, and report how far off the figures are",
		Long: "Calibrate runs lanes that cost more on purpose, by amounts that are known: 64 KiB a connection, 20 ms and\n" +
			"50 µs of CPU a message, one message lost of a thousand. And a lane twice, whose difference is noise. What was\n" +
			"read of them goes to calibration.csv in the folder of the run. With --full also: a server stopped for a second,\n" +
			"the layers of memory at 10000 connections, and 40 comparisons of a lane with itself; half an hour in all.",
		Example: "  pushbench calibrate\n  pushbench calibrate --full\n  pushbench calibrate my.yaml\n  pushbench calibrate --lanes sse-hijack",
		RunE: func(cmd *cobra.Command, args []string) error {
			if full && len(args) > 0 {
				return usageError{errors.New("--full names the scenarios itself: leave them out")}
			}
			switch {
			case full:
				args = calibrations()
			case len(args) == 0:
				args = calibrations()[:1]
			}
			for _, name := range args { // before the first has taken its minutes
				if _, err := o.scenario(name); err != nil {
					return usageError{err}
				}
			}
			var (
				all  []results.Check
				errs []error
			)
			for _, name := range args {
				checks, err := calibrate(cmd, s, o, name)
				all, errs = append(all, checks...), append(errs, err)
				if cmd.Context().Err() != nil {
					break
				}
			}
			failed := errors.Join(errs...)
			if failed != nil && len(all) == 0 {
				return failed
			}
			return errors.Join(failed, judge(s, all)) // what could be read is judged, whatever became of the rest
		},
	}
	o.flags(cmd)
	cmd.Flags().BoolVar(&full, "full", false, "all scenarios that calibrate")
	return cmd
}

// calibrations are the scenarios of a full calibration; the first is the short one.
func calibrations() []string {
	return []string{"calibrate", "calibrate-stall", "calibrate-layers", "calibrate-control"}
}

// calibrate runs and draws one scenario, and returns its checks; with an error, those that could be made.
func calibrate(cmd *cobra.Command, s Streams, o runOptions, name string) ([]results.Check, error) {
	dir, err := measure(cmd.Context(), s, o, []string{name})
	if dir == "" {
		return nil, err
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", name, err)
	}
	in, drawn := report.Write(cmd.Context(), dir, nil)
	if drawn != nil {
		return nil, errors.Join(err, drawn)
	}
	fmt.Fprintf(s.Err, "checks in %s\n", dir)
	checks, unread := results.Calibrate(in.Data)
	return checks, errors.Join(err, unread)
}

// judge prints the checks and fails when one is off.
func judge(s Streams, all []results.Check) error {
	if err := report.CalibrationTable(all, s.Out); err != nil {
		return err
	}
	off, decided := 0, 0
	for _, r := range all {
		if r.Decides() {
			decided++
			if !r.OK {
				off++
			}
		}
	}
	switch {
	case decided == 0:
		return errors.New("no lane here has a known offset: give a scenario a lane with an option, see pushbench list lanes")
	case off > 0:
		return fmt.Errorf("%d of %d checks are off: the table names them", off, decided)
	default:
		return nil
	}
}
