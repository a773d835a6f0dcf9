package results

import "time"

// Run is the record of one invocation: run.json.
type Run struct {
	Name        string      `json:"name"`
	Scenario    string      `json:"scenario"` // name
	Source      string      `json:"source"`   // the scenario file, verbatim
	Command     []string    `json:"command"`  // exactly as invoked
	Started     time.Time   `json:"started"`
	Finished    time.Time   `json:"finished,omitzero"` // zero while trials are missing
	Seed        uint64      `json:"seed"`
	Environment Environment `json:"environment"`
	Lanes       []Lane      `json:"lanes"`   // in the scenario's order: the first is the baseline of every ratio
	Planned     int         `json:"planned"` // trials a complete run has
	Trials      []Trial     `json:"trials"`
	Warnings    []string    `json:"warnings,omitempty"` // of the run as a whole
	Reader      string      `json:"reader"`             // how eager the load read; part of every figure of a server
	Broadcasts  []string    `json:"broadcasts"`         // names of the broadcast phases, in order; the first is the headline
	Metrics     []string    `json:"metrics,omitempty"`  // what the scenario is after; empty: all
}

// Lane is a contestant as the report shows it: Knobs are its row of the fairness table.
type Lane struct {
	Name      string `json:"name"`
	Transport string `json:"transport"`
	Tag       string `json:"tag"`
	Row       int    `json:"row"` // place in the table of lanes: picks its colour, the same in every run
	Knobs     []Knob `json:"knobs"`
}

// Knob is one setting that could make a comparison unfair.
type Knob struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Trial is how one attempt ended.
type Trial struct {
	Trial    int       `json:"trial"`
	Block    int       `json:"block"`
	Lane     string    `json:"lane"`
	Started  time.Time `json:"started"`
	Seconds  float64   `json:"seconds"`
	Status   string    `json:"status"`             // StatusOK, StatusInvalid or StatusFailed
	Error    string    `json:"error,omitempty"`    // one line
	Stderr   []string  `json:"stderr,omitempty"`   // last lines of the process that failed
	Warnings []string  `json:"warnings,omitempty"` // travel with the trial into table and chart
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

	Accounting map[string]string `json:"accounting,omitempty"` // where the kernel's memory was read, or why it is unknown
}
