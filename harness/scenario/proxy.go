package scenario

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/harness/node/program"
	"github.com/pushbench/pushbench/internal/plain"
	"github.com/pushbench/pushbench/internal/strict"
	"github.com/pushbench/pushbench/results"
)

//go:embed proxy.json
var proxySchema []byte

//go:embed proxies/*.yaml
var proxies embed.FS

// Proxy is a program that stands between clients and servers, as its file says.
type Proxy struct {
	program.Program

	Name      string        `json:"name"` // with its front: nginx+tls
	About     string        `json:"about"`
	Exercised bool          `json:"exercised"`
	Front     program.Front `json:"front"`

	Reference string `json:"-"` // of a scenario to it: its name, or its file
	File      string `json:"-"` // where it was read; of a ready one its name with .yaml
	Source    string `json:"-"` // verbatim

	Places map[string]bool `json:"-"` // of program.PlaceForIdle and so on, those that the file has
}

// ReadyProxies lists the proxies whose files are part of the binary.
func ReadyProxies() []string { return strict.Names(proxies, "proxies") }

// ReadyProxy is one of them.
func ReadyProxy(name string) (*Proxy, error) {
	source, err := proxies.ReadFile("proxies/" + name + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("no proxy %q%s", name, strict.Suggest(name, ReadyProxies()))
	}
	return ParseProxy(name+".yaml", source)
}

// ParseProxy reads a proxy's file. Whatever is wrong with it comes as strict.Errors; any other error is a defect of the schema.
func ParseProxy(name string, source []byte) (*Proxy, error) {
	rules, err := strict.Compile(proxySchema)
	if err != nil {
		return nil, err
	}
	r := &reader{Reader: strict.Reader{File: name, Kind: "proxy", Keys: "about and command"}}
	p := &Proxy{Name: baseName(name), File: name, Source: string(source)}
	root := r.Document(source)
	if root != nil {
		r.SchemaErrors(root, rules)
		r.named(root, p.Name, rules.Root)
		vars := fileVars(&p.Variables)
		vars.LeadsTo, vars.Front = "127.0.0.1:1", program.WithHTTP2 // what stands in {{if .TLS}} is read, too
		defer vars.Release()
		r.program(root, vars)
		p.Places = vars.Places
	}
	if err := r.Err(); err != nil {
		return nil, err
	}
	if err := rules.Root.Fill(p, root.Value); err != nil {
		return nil, fmt.Errorf("proxy %s: %w", name, err)
	}
	p.Serves, p.About = "/", plain.Line(p.About)
	return p, nil
}

// Missing says what this machine does not have that the proxy needs, and what to do about it; nil: nothing.
func (p *Proxy) Missing() error { return p.Program.Missing("proxy "+p.Name, p.Vars()) }

// Path is what stands between clients and servers, from the clients on, as the file has it: a link first, if there is one, and proxies
// that are ready, or files of them.
type Path []any

// noPath is the word for nothing between them, for lists that have no other way to say it.
const noPath = "none"

// UnmarshalJSON takes one name alone, too.
func (p *Path) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '[' {
		return json.Unmarshal(b, (*[]any)(p))
	}
	var one string
	if err := json.Unmarshal(b, &one); err != nil {
		return err
	}
	if *p = (Path{}); one != noPath {
		*p = Path{one}
	}
	return nil
}

// pathRule is what the schema says of it.
func pathRule() (map[string]any, error) {
	link, err := ruleOf(&Link{})
	link["description"] = "A network, and the only way of the clients to everything else; it stands first. Needs root."
	return map[string]any{
		"type": []string{"string", "array"}, "default": []any{}, "patternErrorMessage": "want a proxy, or a list of a link and proxies",
		"items": map[string]any{
			"type": []string{"string", "object"}, "properties": map[string]any{"link": link}, "additionalProperties": false, "required": []string{"link"},
			"patternErrorMessage": "want a proxy, or a link such as {link: {rtt: 40ms}}",
		},
		"description": "What stands between clients and servers, from the clients on: a link, and ready proxies (pushbench list proxies), or files of your own, which end in .yaml and are looked for from the scenario's folder on. One proxy alone needs no list, and none is nothing. Default: none.",
	}, err
}

// path reads the link and the proxies of a scenario, or what was kept of them.
func (r *reader) path(root *strict.Node, kept map[string]results.LaneFile, rules *rules) (link *Link, all []*Proxy) {
	n := root.Child("path")
	if n.Broken || n.Value == noPath {
		return nil, nil
	}
	items := n.Items
	if n.Text != "" {
		items = []*strict.Node{n}
	}
	for i, item := range items {
		if l := r.linkOf(item, rules); l != nil {
			if link = l; i > 0 {
				r.Report(item.Position, "path: want one link at most, and before all proxies: clients alone are behind it")
			}
			continue
		}
		if item.Text == "" {
			continue // wrong, and reported
		}
		p, err := r.proxy(item.Text, kept)
		if found := strict.Errors(nil); errors.As(err, &found) {
			r.Errors = append(r.Errors, found...)
			continue
		}
		if err == nil && slices.ContainsFunc(all, func(other *Proxy) bool { return other.Name == p.Name }) {
			err = fmt.Errorf("%s stands there twice: a path has each proxy once", p.Name)
		}
		if err == nil && p.Front != program.InClear && len(all) > 0 {
			err = fmt.Errorf("%s: clients connect to the first proxy, and behind it the path is in clear: leave +%s out here", p.Name, p.Front)
		}
		if err != nil {
			r.Report(item.Position, "path: %v", err)
			continue
		}
		all = append(all, p)
	}
	if servers := root.Child("servers"); len(all) > 0 && servers.Text != "" && servers.Text != "1" {
		r.Report(servers.Position, "servers: a path leads to one server process: want 1, not %s", servers.Text)
	}
	return link, all
}

// proxy reads the file of one, and gives it the front that the reference names: NAME, NAME+tls or NAME+h2.
func (r *reader) proxy(reference string, kept map[string]results.LaneFile) (p *Proxy, err error) {
	reference, front, _ := strings.Cut(reference, "+")
	if p, err = r.proxyFile(reference, kept); err == nil {
		err = p.give(program.Front(front))
	}
	return p, err
}

// give has clients reach the proxy so.
func (p *Proxy) give(front program.Front) error {
	switch {
	case front == program.InClear:
		return nil
	case front != program.WithTLS && front != program.WithHTTP2:
		return fmt.Errorf("no option +%s of a proxy: there are +%s and +%s", front, program.WithTLS, program.WithHTTP2)
	case !p.Places[front.Place()]:
		return fmt.Errorf("%s cannot have +%s: its file has no {{if .%s}}", p.Name, front, front.Place())
	}
	p.Name, p.Front = p.Name+"+"+string(front), front
	return nil
}

// proxyFile reads the file of one.
func (r *reader) proxyFile(reference string, kept map[string]results.LaneFile) (p *Proxy, err error) {
	f, had := kept[reference]
	switch {
	case had:
		if p, err = ParseProxy(f.Path, []byte(f.Source)); err == nil {
			p.Here = filepath.Dir(f.Path)
		}
	case !strict.IsFile(reference):
		p, err = ReadyProxy(reference)
	default:
		p, err = readProxy(r.pathOf(reference))
	}
	if err == nil {
		p.Reference = reference
	}
	return p, err
}

func readProxy(path string) (*Proxy, error) {
	source, err := strict.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil, err
	}
	p, err := ParseProxy(path, source)
	if err == nil {
		p.Here = filepath.Dir(path)
	}
	return p, err
}
