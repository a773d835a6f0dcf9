package results

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pushbench/pushbench/internal/lane"
)

// Run is the record of one invocation: run.json.
type Run struct {
	Name     string `json:"name"`
	Scenario string `json:"scenario"` // name
	Source   string `json:"source"`   // the scenario file, verbatim

	Override []string `json:"lane_override,omitempty"` // lanes in place of the scenario's, from --lanes; older runs have them in Source

	PhaseOverride PhaseOverride `json:"phase_override,omitempty"` // values in place of those of the scenario's phases, from --connections and the like

	LaneFiles map[string]LaneFile `json:"lane_files,omitempty"` // those it names, by its reference to each

	Command     []string           `json:"command"` // exactly as invoked
	Started     time.Time          `json:"started"`
	Finished    time.Time          `json:"finished,omitzero"` // zero while trials are missing
	Seed        uint64             `json:"seed"`
	Environment Environment        `json:"environment"`
	Lanes       []Lane             `json:"lanes"`   // in the scenario's order: the first is the baseline of every ratio
	Planned     int                `json:"planned"` // trials a complete run has; grows with the blocks --until-precise adds
	Trials      []Trial            `json:"trials"`
	Warnings    []Warning          `json:"warnings,omitempty"` // of the run as a whole
	Reader      string             `json:"reader"`             // how eager the load read; part of every figure of a server
	Broadcasts  []string           `json:"broadcasts"`         // names of the broadcast phases, in order; the first is the headline
	Uplinks     []string           `json:"uplinks,omitempty"`  // names of the phases in which clients send, first those in which only they do
	Vary        *Vary              `json:"vary,omitempty"`     // the factor of the scenario; nil: nothing is varied
	Metrics     []string           `json:"metrics,omitempty"`  // what the scenario is after; empty: all
	Precision   *Precision         `json:"precision,omitempty"`
	Traffic     map[string]Traffic `json:"traffic,omitempty"`   // of the broadcast phases; without rates in older records
	Heartbeat   *float64           `json:"heartbeat,omitempty"` // seconds of silence after which servers send one; 0: never; nil: not recorded, or varied
	Poll        *float64           `json:"poll,omitempty"`      // seconds between the requests of a client of short polling; nil: not recorded, or varied
	Workload    *Workload          `json:"workload,omitempty"`  // what it was made to decide about; nil: nothing in particular

	Stalls map[string]float64 `json:"stalls,omitempty"` // broadcast phases in which the server was stopped, and for how many seconds

	Relevant *float64 `json:"relevant,omitempty"` // differences below this share have no verdict; nil: DefaultRelevant
}

// PhaseOverride is values in place of those of a scenario's phases: as text, by the names of the flags that have them.
type PhaseOverride map[string]string

// String is the flags as they are typed, in alphabetical order.
func (o PhaseOverride) String() string {
	var flags []string
	for _, flag := range slices.Sorted(maps.Keys(o)) {
		flags = append(flags, "--"+flag+" "+o[flag])
	}
	return strings.Join(flags, " ")
}

// Asked is the scenario as it was run: verbatim, and what replaces its lanes and changes its phases.
func (r Run) Asked() string {
	source := strings.TrimRight(r.Source, "\n")
	if source == "" {
		return source
	}
	if len(r.PhaseOverride) > 0 {
		source = "# the phases below were changed by " + r.PhaseOverride.String() + "\n" + source
	}
	if len(r.Override) > 0 {
		source = "# --lanes has put these in place of the lanes below: " + strings.Join(r.Override, ", ") + "\n" + source
	}
	return source
}

// DefaultRelevant is the smallest difference with a verdict by default: 5 %.
const DefaultRelevant = 0.05

// Relevance is the share below which a difference has no verdict.
func (r Run) Relevance() float64 {
	if r.Relevant == nil {
		return DefaultRelevant
	}
	return *r.Relevant
}

// Vary is the one scenario key that differs between contestants: each lane runs at each of its levels.
type Vary struct {
	Key    string   `json:"key"`
	Levels []string `json:"levels"` // as the scenario writes them; the first is the baseline of the others
}

// Payload is what the messages of a broadcast carried: text, json, random or binary, and how many bytes in all.
type Payload struct {
	Kind string `json:"kind"`
	Size int    `json:"size"`
}

type (
	// Lane is what a run compares.
	Lane = lane.Lane
	// Setting is one line of its column in the fairness table.
	Setting = lane.Setting
	// Offset is a known difference that its option makes.
	Offset = lane.Offset
	// Drops are the messages it is known to lose.
	Drops = lane.Drops
)

// LaneFile is the file of a lane that is no part of pushbench.
type LaneFile struct {
	Path   string `json:"path"`
	Source string `json:"source"` // without its secrets
}

// Traffic is what each connection got in a broadcast.
type Traffic struct {
	Rate float64 `json:"rate,omitempty"` // messages a second; 0: not recorded
	Kind string  `json:"kind"`           // text, json, random or binary
	Size int     `json:"size"`           // bytes of a message
}

// Engines are what carried the load's connections: one, but in records of before lanes shared it; none: not recorded.
func (r Run) Engines() (all []string) {
	for _, l := range r.Lanes {
		if engine := l.Setting(lane.SettingEngine); engine != "" && !slices.Contains(all, engine) {
			all = append(all, engine)
		}
	}
	return all
}

// Trial is how one attempt ended.
type Trial struct {
	Trial    int       `json:"trial"`
	Block    int       `json:"block"`
	Lane     string    `json:"lane"`
	Level    string    `json:"level,omitempty"` // of Run.Vary
	Started  time.Time `json:"started"`
	Seconds  float64   `json:"seconds"`
	Status   string    `json:"status"`             // StatusOK, StatusInvalid or StatusFailed
	Error    string    `json:"error,omitempty"`    // of a failed one, one line; older records: of an invalid one, too
	Stderr   []string  `json:"stderr,omitempty"`   // last lines of the process that failed
	Warnings []Warning `json:"warnings,omitempty"` // Touch counts them
	Invalid  []Warning `json:"invalid,omitempty"`  // validity checks that failed: what makes it measure its load generator

	Measured []Process `json:"measured,omitempty"` // of a server that is not ours: whose figures these are
	Unseen   string    `json:"unseen,omitempty"`   // why there are none
	Within   string    `json:"within,omitempty"`   // what their control group lets them use, where it is another than the run's
	Ending   []string  `json:"ending,omitempty"`   // what its server did when it was stopped: no evidence against its figures
}

// Reason is why it does not count; empty: it does.
func (t Trial) Reason() string {
	if t.Error != "" {
		return t.Error
	}
	return strings.Join(Texts(t.Invalid), "; ")
}

// Process is one of a server's.
type Process struct {
	PID     int       `json:"pid"`
	Name    string    `json:"name"`
	Started time.Time `json:"started,omitzero"`
}

// String names it where people read.
func (p Process) String() string { return fmt.Sprintf("pid %d (%s)", p.PID, p.Name) }

// Named are processes in words.
func Named(processes []Process) string {
	var words []string
	for _, p := range processes {
		words = append(words, p.String())
	}
	return strings.Join(words, ", ")
}

// Trial states. Rows of trials that are not ok stay in the files and are never part of a summary.
const (
	StatusOK      = "ok"
	StatusInvalid = "invalid" // it measured its load generator
	StatusFailed  = "failed"
)

// Environment is the machine and the program, as evidence.
type Environment struct {
	Commit   string            `json:"commit"`
	Go       string            `json:"go"`
	OS       string            `json:"os"`
	Kernel   string            `json:"kernel"`
	CPU      string            `json:"cpu"`
	CPUs     int               `json:"cpus"`
	Memory   uint64            `json:"memory_bytes"`
	Affinity map[string]string `json:"affinity"` // server, agents, harness: CPU lists
	Limits   map[string]string `json:"limits"`
	Sysctls  map[string]string `json:"sysctls"`
	Hostname string            `json:"hostname,omitempty"`

	Accounting map[string]string `json:"accounting,omitempty"` // where the kernel's figures were read, or why they are unknown
}

// AccountingTrace is the key of Accounting of how system calls and sends were counted.
const AccountingTrace = "system calls"

// Unknown begins the words in Accounting that are reasons why figures are missing.
const Unknown = "unknown: "

// Unread is why a source of figures could not be read; not ok: it could be, or there is no record.
func (e Environment) Unread(source string) (why string, ok bool) {
	return strings.CutPrefix(e.Accounting[source], Unknown)
}
