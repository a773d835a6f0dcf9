package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// reading is a row of the calibration in words.
type reading struct{ Lane, Metric, Truth, Read, Interval, Limit, Word string }

// readings are the rows that have a limit. Those of a lane and its twin stand in the table of verdicts, as noise.
func readings(all []results.Reading) []reading {
	var out []reading
	for _, r := range all {
		if !r.Decides() {
			continue
		}
		name, _, _ := strings.Cut(r.Metric, "@")
		u := words.UnitOf(name, r.Unit)
		one := reading{
			Lane: results.Contestant{Lane: r.Lane, Level: r.Level}.String(), Metric: r.Metric, Truth: u.Number(r.Truth), Read: u.Number(r.Read), Interval: u.Interval(r.Read, r.Low, r.High),
			Limit: "±" + u.Number(r.Limit), Word: "ok",
		}
		if r.Limit == 0 {
			one.Limit = "exactly"
		}
		if !r.OK {
			one.Word = "off"
		}
		out = append(out, one)
	}
	return out
}

// CalibrationTable writes what the instrument read of known truths as aligned text, for a terminal. Without any it writes
// nothing.
func CalibrationTable(all []results.Reading, w io.Writer) error {
	rows := readings(all)
	if len(rows) == 0 {
		return nil
	}
	var c columns
	c.line("lane", "metric", "truth", "read", "95% interval", "within", "")
	for _, r := range rows {
		c.line(r.Lane, r.Metric, r.Truth, r.Read, r.Interval, r.Limit, r.Word)
	}
	var b bytes.Buffer
	if err := c.write(&b); err != nil {
		return fmt.Errorf("calibration table: %w", err)
	}
	_, err := w.Write(b.Bytes())
	return err
}
