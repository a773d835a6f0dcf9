package report

import (
	"strings"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// goal is a figure that people decide by.
type goal struct {
	metric    string
	otherwise string // decides where the machine did not give that figure
	noun      string
	least     string // what the best lane takes; empty: the findings name no best
}

// goals is THE TABLE of what the findings are about. Of each, less is better.
func goals() []goal {
	return []goal{
		{"memory_per_connection", "rss_per_connection", "memory per connection", "the least memory per connection"},
		{"cpu_per_message", "", "CPU per message", "the least CPU per message"},
		{"delivery_latency_p50", "", "median latency", "the least time to deliver a message"},
		{"delivery_latency_p99", "", "99th percentile of latency", ""},
		{"cpu_per_idle_connection", "", "CPU per idle connection", ""},
		{"handshake_time_p50", "", "time to connect", ""},
		{"cpu_per_handshake", "", "CPU per handshake", ""},
		{"wire_bytes_per_message", "", "bytes per message", ""},
	}
}

// known are the goals that a run has figures for.
func known(v *results.View) (out []goal) {
	for _, g := range goals() {
		if g.otherwise != "" && len(v.Known(g.metric)) == 0 {
			g.metric = g.otherwise
		}
		if len(v.Known(g.metric)) > 0 {
			out = append(out, g)
		}
	}
	return out
}

// findings are what a run found in up to three sentences: what differs, what is equal, and what is not known. Table is that of the
// headline metrics.
func findings(v *results.View, table verdicts) (out []string) {
	switch {
	case len(table.Metrics) == 0:
		return []string{"No trial that counts has a figure."}
	case table.Few != "":
		return []string{table.Few}
	}
	c, differ, open := withFirst(v), "", []string(nil)
	if vary := v.Data.Run.Vary; vary == nil {
		differ, open = least(v)
	} else { // which lane takes the least may be another one at each level
		c = betweenLevels(v, vary)
		differ = c.sentence(differs)
	}
	for _, text := range []string{differ, c.sentence(equal)} {
		if text != "" {
			out = append(out, text+".")
		}
	}
	if text := c.sentence(unknown); text != "" {
		open = append(open, text)
	}
	if open = append(open, table.Absent...); len(open) > 0 {
		out = append(out, "Not known: "+strings.Join(open, "; ")+".")
	}
	return out
}

// least says who takes the least of what people decide by first. Open are the goals where that is not known.
func least(v *results.View) (sentence string, open []string) {
	var floors, parts []string
	for _, l := range v.Lanes {
		if l.Tag == results.TagFloor {
			floors = append(floors, l.Name)
		}
	}
	before := ""
	for _, g := range known(v) {
		rows := candidates(v, g.metric)
		if g.least == "" || len(rows) < 2 {
			continue
		}
		b := bestOf(rows, v.Data.Run.Relevance())
		switch {
		case len(b.undecided) > 0:
			open = append(open, "who takes "+g.least)
		case len(b.worse) > 0: // otherwise none takes less than another
			who := listed(b.names())
			part := g.least + " (" + b.evidence(v) + ")"
			switch before {
			case "":
				part = who + " " + words.Plural(len(b.lanes), "takes ", "take ") + part
			case who:
			default:
				part = who + " " + part
			}
			parts, before = append(parts, part), who
		}
	}
	if len(parts) == 0 {
		return "", open
	}
	sentence = enumerated(parts)
	if len(floors) > 0 {
		sentence = "Apart from " + words.Plural(len(floors), "the floor ", "the floors ") + listed(floors) + ", " + sentence
	}
	return sentence, open
}
