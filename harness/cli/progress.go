package cli

import (
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/results"
)

// progress shows a run: one bar on a terminal, one line a trial elsewhere. It draws at phase changes only, so that it
// costs nothing while something is measured.
type progress struct {
	out       io.Writer
	bar       *progressbar.ProgressBar // nil: plain lines
	trial, of int
	now       results.Contestant
	done      int
	spent     time.Duration // over the trials done here
	scheduled time.Duration // of one trial

	warned map[string]bool // what some trial warned of: the report counts the others
}

func newProgress(out io.Writer, s *scenario.Scenario) *progress {
	p := &progress{out: out, scheduled: s.Duration(), warned: map[string]bool{}}
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) { //nolint:gosec // a descriptor fits
		p.bar = progressbar.NewOptions(len(s.Plan(s.Blocks)),
			progressbar.OptionSetWriter(out), progressbar.OptionSetWidth(20), progressbar.OptionSetElapsedTime(false),
			progressbar.OptionSetPredictTime(false), progressbar.OptionClearOnFinish(), progressbar.OptionShowCount())
	}
	return p
}

// perTrial is how long a trial takes: as measured, and by the schedule before the first has ended.
func (p *progress) perTrial() time.Duration {
	if p.done == 0 {
		return p.scheduled
	}
	return p.spent / time.Duration(p.done)
}

// Trial begins one.
func (p *progress) Trial(number, of int, t scenario.Trial) {
	p.trial, p.of, p.now = number, of, t.Contestant
	if p.bar == nil {
		fmt.Fprintf(p.out, "trial %d/%d: block %d, %v\n", number, of, t.Block, p.now)
		return
	}
	p.bar.ChangeMax(of)
	_ = p.bar.Set(number - 1) // a bar that cannot be drawn must not end a run
}

// Phase begins one.
func (p *progress) Phase(name string, left time.Duration) {
	if p.bar != nil {
		total := left + time.Duration(p.of-p.trial)*p.perTrial()
		p.bar.Describe(fmt.Sprintf("%v: %s, about %v left", p.now, name, total.Round(time.Second)))
	}
}

// known remembers a warning, and reports whether it was printed before: one of the machine of any lane and phase.
func (p *progress) known(lane string, w results.Warning) bool {
	key := lane + "\x00" + w.String()
	if w.OfMachine() {
		key = w.What()
	}
	was := p.warned[key]
	p.warned[key] = true
	return was
}

// Done ends a trial.
func (p *progress) Done(t results.Trial) {
	p.done++
	p.spent += time.Duration(t.Seconds * float64(time.Second))
	fresh := slices.DeleteFunc(slices.Clone(t.Warnings), func(w results.Warning) bool { return p.known(t.Lane, w) })
	if t.Status == results.StatusOK && len(fresh) == 0 {
		return
	}
	if p.bar != nil {
		_ = p.bar.Clear()
	}
	if t.Status != results.StatusOK {
		fmt.Fprintf(p.out, "trial %d, %v: %s: %s\n", t.Trial, p.now, t.Status, t.Reason())
	}
	for _, w := range fresh {
		fmt.Fprintf(p.out, "trial %d, %v: warning: %s\n", t.Trial, p.now, w)
	}
}

func (p *progress) close() {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}
