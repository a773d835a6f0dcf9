package scenario

import "github.com/pushbench/pushbench/internal/plain"

// TagExternal is the tag of lanes that are no part of pushbench.
const TagExternal = "external"

// External is a lane that is not part of pushbench, as its file says. Every field is within the bounds of lane.json; which of
// them are templates stands there too.
type External struct {
	Name        string            `json:"name"`
	About       string            `json:"about"`
	Transport   string            `json:"transport"`
	Command     []string          `json:"command"` // empty: it runs already
	Stop        string            `json:"stop"`
	Folder      string            `json:"folder"` // where it runs; empty: Here
	Environment map[string]string `json:"environment"`
	Config      map[string]string `json:"config"` // text by file name
	URL         string            `json:"url"`
	Subscribe   string            `json:"subscribe"`
	Health      string            `json:"health"`
	Publish     Publish           `json:"publish"`
	Envelope    Envelope          `json:"envelope"`
	Gzip        bool              `json:"gzip"` // clients of event streams offer it
	Needs       []Need            `json:"needs"`
	Knobs       map[string]string `json:"knobs"`
	Exercised   bool              `json:"exercised"`

	Word   string `json:"-"` // what a scenario calls it: its name, or its file
	File   string `json:"-"` // where it was read; of a ready lane its name with .yaml
	Source string `json:"-"` // verbatim
	Here   string `json:"-"` // absolute folder of the file; empty for ready lanes

	Variables []string  `json:"-"` // of the environment that its templates name
	Literals  []Literal `json:"-"` // secrets that stand in the file itself
}

// Publish is the request that has a message sent.
type Publish struct {
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
	Answer  string            `json:"answer"` // text that is in every answer to a message that was taken

	Concurrency int `json:"concurrency"` // requests that may be under way at once; 1: messages stay in order
}

// Overlaps tells whether requests overlap, so that messages may overtake one another.
func (p Publish) Overlaps() bool { return p.Concurrency > 1 }

// Envelope is what a server puts around a payload.
type Envelope struct {
	Before  string `json:"before"`
	After   string `json:"after"`
	Between string `json:"between"` // joins several messages in one frame or event
}

// Need is a program or a file that a lane cannot do without.
type Need struct {
	Program string `json:"program"`
	File    string `json:"file"`
	Get     string `json:"get"` // how
}

// Started tells whether trials start the server, or find it running.
func (e *External) Started() bool { return len(e.Command) > 0 }

// plain cleans what is shown of a lane.
func (e *External) plain() {
	e.About = plain.Line(e.About)
	knobs := e.Knobs
	e.Knobs = make(map[string]string, len(knobs))
	for name, value := range knobs {
		e.Knobs[plain.Line(name)] = plain.Line(value)
	}
	for i := range e.Needs {
		e.Needs[i].Get = plain.Line(e.Needs[i].Get)
	}
}
