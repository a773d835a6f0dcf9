package scenario

import (
	"fmt"
	"slices"
	"time"

	"github.com/pushbench/pushbench/harness/node/program"
	"github.com/pushbench/pushbench/internal/lane"
	"github.com/pushbench/pushbench/internal/plain"
	"github.com/pushbench/pushbench/internal/wire"
)

// TagExternal is the tag of lanes that are no part of pushbench.
const TagExternal = "external"

// External is a lane that is not part of pushbench, as its file says. Every field is within the bounds of lane.json; which of
// them are templates stands there too.
type External struct {
	program.Program // its keys stand beside those of the lane
	lane.Lane

	Subscribe Subscribe     `json:"subscribe"`
	Publish   Publish       `json:"publish"`
	Envelope  wire.External `json:"envelope"` // what it puts around a payload
	Gzip      bool          `json:"gzip"`     // clients of event streams offer it
	Verify    Verify        `json:"tls"`

	Processes map[string]program.Found `json:"processes"` // what else belongs to the server, by name

	ClientsFile string        `json:"clients"` // as the lane names it; empty: clients differ in their numbers alone
	Clients     *wire.Clients `json:"-"`       // what that has

	Stated    map[string]string `json:"settings"`
	Exercised bool              `json:"exercised"`

	Reference string `json:"-"` // of a scenario to it: its name, or its file
	File      string `json:"-"` // where it was read; of a ready lane its name with .yaml
	Record    string `json:"-"` // the file as it is kept with a run: verbatim, or without its secrets

	Literals []Literal `json:"-"` // secrets that stand in the file itself
}

// Verify says which certificates clients, health and publish accept.
type Verify struct {
	Trust    string `json:"trust"`    // file of PEM, as the lane names it; empty: what the system trusts
	Name     string `json:"name"`     // that the certificate has; empty: the host of the URL
	Insecure bool   `json:"insecure"` // any will do
}

// Missing says what this machine does not have that the lane needs, and what to do about it; nil: nothing.
func (e *External) Missing() error {
	if e.incomplete() {
		return fmt.Errorf("lane %s: the record has no secrets, and %s is not the file any more that had them: bring that back, or begin a new run", e.Name, e.File)
	}
	p := e.Program
	p.Needs = slices.Concat(p.Needs, e.Publish.needs())
	return p.Missing("lane "+e.Name, e.Vars())
}

// Process is the lane's program with what a trial wants rendered to subscribe and publish.
func (e *External) Process(drain time.Duration) program.Program {
	p := e.Program
	p.Serves, p.Drain = e.Subscribe.URL, drain
	p.URLs, p.Texts = map[string]string{}, e.Subscribe.texts()
	e.Publish.render(&p)
	if before := e.Subscribe.Before.URL; before != "" {
		p.URLs[beforeURL] = before
	}
	return p
}

// Further are the programs that belong to the server and run already, by name.
func (e *External) Further() map[string]program.Program {
	all := make(map[string]program.Program, len(e.Processes))
	for name, found := range e.Processes {
		all[name] = program.Program{Found: &found, Here: e.Here}
	}
	return all
}

// plain cleans what is shown of a lane.
func (e *External) plain() {
	e.About = plain.Line(e.About)
	stated := e.Stated
	e.Stated = make(map[string]string, len(stated))
	for name, value := range stated {
		e.Stated[plain.Line(name)] = plain.Line(value)
	}
	for i := range e.Needs {
		e.Needs[i].Get = plain.Line(e.Needs[i].Get)
	}
}
