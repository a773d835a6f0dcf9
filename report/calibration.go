package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// checked is a check in words.
type checked struct{ Lane, Metric, Known, Read, Interval, Limit, Word string }

// checks are those that have a limit. Ratios to the A/A control are in the table of verdicts, as noise.
func checks(all []results.Check) []checked {
	var out []checked
	for _, r := range all {
		if !r.Decides() {
			continue
		}
		name, _, _ := strings.Cut(r.Metric, "@")
		u := words.UnitOf(name, r.Unit)
		one := checked{
			Lane: results.Contestant{Lane: r.Lane, Level: r.Level}.String(), Metric: r.Metric, Known: u.Number(r.Known), Read: u.Number(r.Read), Interval: u.Interval(r.Read, r.Low, r.High),
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

// CalibrationTable writes the checks as aligned text, for a terminal; without checks, nothing.
func CalibrationTable(all []results.Check, w io.Writer) error {
	rows := checks(all)
	if len(rows) == 0 {
		return nil
	}
	var c columns
	c.line("lane", "metric", "known", "read", "95% interval", "within", "")
	for _, r := range rows {
		c.line(r.Lane, r.Metric, r.Known, r.Read, r.Interval, r.Limit, r.Word)
	}
	var b bytes.Buffer
	if err := c.write(&b); err != nil {
		return fmt.Errorf("calibration table: %w", err)
	}
	_, err := w.Write(b.Bytes())
	return err
}
