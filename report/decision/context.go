package decision

import (
	"fmt"
	"math"
	"strings"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
	"github.com/pushbench/pushbench/results/words"
)

// context is the workload in sentences.
func (d *Decision) context() []string {
	w := d.Workload
	out := []string{
		words.Thousands(w.Users) + " users are connected at the same time.",
		fmt.Sprintf("Each gets %s of %s.", perSecond(w.Rate), words.Bytes.Number(float64(w.Size))),
	}
	if w.ClientRate > 0 {
		out = append(out, "Each sends "+perSecond(w.ClientRate)+".")
	}
	if w.Reconnects > 0 {
		out = append(out, fmt.Sprintf("Each reconnects %s an hour.", times(w.Reconnects)))
	}
	if w.P99 > 0 {
		out = append(out, "99% of the messages are to arrive within "+words.Seconds.Number(w.P99.Seconds())+".")
	}
	if w.Path == results.PathTLS {
		out = append(out, "Clients connect over TLS.")
	}
	for _, l := range w.Loads {
		out = append(out, "Load "+l.Name+": "+strings.Join(differs(l.Workload, w), ", ")+".")
	}
	return out
}

// differs is in what a load differs from the usual one.
func differs(l, w results.Workload) (out []string) {
	if l.Users != w.Users {
		out = append(out, words.Thousands(l.Users)+" users")
	}
	if l.Rate != w.Rate || l.Size != w.Size {
		out = append(out, perSecond(l.Rate)+" of "+words.Bytes.Number(float64(l.Size)))
	}
	if l.ClientRate != w.ClientRate {
		out = append(out, perSecond(l.ClientRate)+" from each user")
	}
	if l.Reconnects != w.Reconnects {
		out = append(out, "each user reconnects "+times(l.Reconnects)+" an hour")
	}
	if l.P99 != w.P99 {
		out = append(out, "99% of the messages within "+words.Seconds.Number(l.P99.Seconds()))
	}
	if len(out) == 0 {
		out = append(out, "the same")
	}
	return out
}

func perSecond(rate float64) string {
	if rate == 1 {
		return "1 message a second"
	}
	return words.Trimmed(rate) + " messages a second"
}

func times(n float64) string {
	if n == 1 {
		return "once"
	}
	return words.Trimmed(n) + " times"
}

// conditions are those under which a load was measured.
func (d *Decision) conditions(load string) conditions {
	if c, ok := d.measured[load]; ok {
		return c
	}
	return d.measured[usual]
}

// String is a phrase.
func (c conditions) String() string {
	text := "measured with " + words.Thousands(c.connections) + " connections"
	if c.Rate > 0 {
		text += " and " + perSecond(c.Rate) + " to each"
	}
	if c.Size > 0 {
		text += ", of " + words.Bytes.Number(float64(c.Size))
	}
	return text
}

func (d *Decision) loadInWords() string {
	c := d.measured[usual]
	if c.connections == 0 {
		return "The run has no broadcast."
	}
	text := c.String()
	return strings.ToUpper(text[:1]) + text[1:] + "; `@` names the phase of a figure that has another."
}

func (d *Decision) assumed() []string {
	out := []string{
		"Cores are CPU seconds a second on the CPU named under Provenance.",
		fmt.Sprintf("Network out contains TCP and IP headers of %d B a message, and each message travels alone.", headers),
	}
	if n := d.measured[usual].connections; n > 0 && n < d.Workload.Users {
		out = append(out, fmt.Sprintf("Measured with %s connections; what more of them take is extrapolated along a straight line.", words.Thousands(n)))
	}
	if n := d.fewest(); n < stats.MinTrials {
		out = append(out, fmt.Sprintf("No intervals and no verdicts: they need %d trials of each option, and one has %d.", stats.MinTrials, n))
	}
	for _, l := range d.Workload.Loads {
		if c, ok := d.measured[l.Name]; ok {
			out = append(out, "Messages of load "+l.Name+" were "+c.String()+".")
		} else if l.Broadcast(d.Workload) {
			out = append(out, "Messages of load "+l.Name+" were not measured apart: a message is assumed to cost what the usual one does.")
		}
	}
	if d.Workload.Path == results.PathTLS {
		for _, o := range d.options() {
			if !o.TLS {
				out = append(out, o.Name+" was measured without TLS.")
			}
		}
	}
	if h := d.Run.Heartbeat; h != nil && *h > 0 {
		out = append(out, "Servers send a heartbeat after "+words.Seconds.Number(*h)+" of silence, as in the run.")
	}
	return out
}

// fewest are the trials of the option that has the fewest.
func (d *Decision) fewest() int {
	n := math.MaxInt
	for _, o := range d.options() {
		n = min(n, len(d.trials[o.Name]))
	}
	return n
}
