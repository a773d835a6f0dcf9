package doctor

import (
	"slices"
	"time"
)

// Level is what a finding comes to.
type Level string

// Levels, from the best on.
const (
	OK      Level = "ok"
	Unknown Level = "unknown" // what would tell did not happen while the connection was kept
	Hint    Level = "hint"    // works, and will not for some clients, proxies or loads
	Fault   Level = "fault"
)

// Finding is one line of the checklist.
type Finding struct {
	Check  string `json:"check"`
	Level  Level  `json:"level"`
	Seen   string `json:"seen"`             // the evidence
	Fix    string `json:"fix,omitempty"`    // what to do
	Source string `json:"source,omitempty"` // address of what says so
}

// Report is all that was found.
type Report struct {
	URL       string    `json:"url"` // without secrets
	Transport string    `json:"transport"`
	For       string    `json:"for"` // how long a stream was kept
	Findings  []Finding `json:"findings"`
	Origin    string    `json:"origin,omitempty"`
	AtOrigin  []Finding `json:"at_origin,omitempty"`
	Compared  []Finding `json:"compared,omitempty"` // which side is at fault
}

// Faults are the checks of the endpoint with a fault, each once.
func (r *Report) Faults() (names []string) {
	for _, f := range slices.Concat(r.Findings, r.Compared) {
		if f.Level == Fault && !slices.Contains(names, f.Check) {
			names = append(names, f.Check)
		}
	}
	return names
}

func ok(seen string) []Finding { return []Finding{{Level: OK, Seen: seen}} }

func unknown(seen, fix string) []Finding { return []Finding{{Level: Unknown, Seen: seen, Fix: fix}} }

func hint(seen, fix, source string) []Finding {
	return []Finding{{Level: Hint, Seen: seen, Fix: fix, Source: source}}
}

func fault(seen, fix, source string) []Finding {
	return []Finding{{Level: Fault, Seen: seen, Fix: fix, Source: source}}
}

// worst is the worst finding of a check; false: it did not apply.
func worst(all []Finding, name string) (w Finding, found bool) {
	levels := []Level{OK, Unknown, Hint, Fault}
	for _, f := range all {
		if f.Check == name && (!found || slices.Index(levels, f.Level) > slices.Index(levels, w.Level)) {
			w, found = f, true
		}
	}
	return w, found
}

// duration is a time for people: three digits are more than a network gives.
func duration(d time.Duration) string {
	switch {
	case d < 10*time.Millisecond:
		return d.Round(100 * time.Microsecond).String()
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < time.Minute:
		return d.Round(100 * time.Millisecond).String()
	default:
		return d.Round(time.Second).String()
	}
}
