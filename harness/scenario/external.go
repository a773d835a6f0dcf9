package scenario

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
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

	Subscribe string            `json:"subscribe"`
	Publish   Publish           `json:"publish"`
	Envelope  wire.External     `json:"envelope"` // what it puts around a payload
	Gzip      bool              `json:"gzip"`     // clients of event streams offer it
	Stated    map[string]string `json:"settings"`
	Exercised bool              `json:"exercised"`

	Reference string `json:"-"` // of a scenario to it: its name, or its file
	File      string `json:"-"` // where it was read; of a ready lane its name with .yaml
	Record    string `json:"-"` // the file as it is kept with a run: verbatim, or without its secrets

	Literals []Literal `json:"-"` // secrets that stand in the file itself
}

// Publish is the request that has a message sent; its URL and its headers are templates.
type Publish struct {
	wire.Publisher

	Headers map[string]string `json:"headers"`
}

// Overlaps tells whether requests overlap, so that messages may overtake one another.
func (p Publish) Overlaps() bool { return p.Concurrency > 1 }

// Missing says what this machine does not have that the lane needs, and what to do about it; nil: nothing.
func (e *External) Missing() error {
	if e.incomplete() {
		return fmt.Errorf("lane %s: the record has no secrets, and %s is not the file any more that had them: bring that back, or begin a new run", e.Name, e.File)
	}
	return e.Program.Missing("lane "+e.Name, e.Vars())
}

// headerMark begins the names of texts that are headers of publish.
const headerMark = "publish.headers."

// Process is the lane's program with what a trial wants rendered to subscribe and publish.
func (e *External) Process(drain time.Duration) program.Program {
	p := e.Program
	p.Serves, p.Drain = e.Subscribe, drain
	p.URLs = map[string]string{"publish": e.Publish.URL}
	p.Texts = map[string]string{}
	for name, text := range e.Publish.Headers {
		p.Texts[headerMark+name] = text
	}
	return p
}

// Publisher is how its messages are published, of a process that was started so. One answer may take as long as patience; 0: any time.
func (e *External) Publisher(f program.Rendered, patience time.Duration) (wire.Publisher, error) {
	p := e.Publish.Publisher
	p.Lane, p.Header, p.Patience = e.Name, http.Header{}, patience
	for name, value := range f.Texts {
		if header, ok := strings.CutPrefix(name, headerMark); ok {
			p.Header.Set(header, value)
		}
	}
	to, err := url.Parse(f.URLs["publish"])
	if err != nil {
		return p, fmt.Errorf("lane %s: publish: %w", e.Name, err)
	}
	to.Scheme = "http" // the lane's own may be that of a WebSocket
	p.URL = to.String()
	return p, nil
}

// Targets are where clients of the lane's server subscribe: one place. It has published so many messages.
func (e *External) Targets(subscribe string, at netip.AddrPort, published uint64) ([]wire.Target, error) {
	u, err := url.Parse(subscribe)
	if err != nil {
		return nil, fmt.Errorf("lane %s: subscribe: %w", e.Name, err)
	}
	t := e.Target()
	t.Address, t.Path, t.Host, t.Header = at.String(), u.RequestURI(), u.Host, authorization(u)
	t.External.Published = published
	return []wire.Target{t}, nil
}

// Target is how clients subscribe to the lane, but for where.
func (e *External) Target() wire.Target {
	known := e.Envelope
	known.Overlap = e.Publish.Overlaps()
	return wire.Target{Transport: e.Transport, Gzip: e.Gzip, External: &known}
}

// authorization is what subscribers send beside what their protocol asks for.
func authorization(u *url.URL) string {
	if u.User == nil {
		return ""
	}
	r := http.Request{Header: http.Header{}}
	password, _ := u.User.Password()
	r.SetBasicAuth(u.User.Username(), password)
	return "Authorization: " + r.Header.Get("Authorization") + "\r\n"
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
