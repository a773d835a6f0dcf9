package scenario

import (
	"embed"
	_ "embed" // lane.json
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/internal/lane"
	"github.com/pushbench/pushbench/internal/secret"
	"github.com/pushbench/pushbench/internal/strict"
	"github.com/pushbench/pushbench/results"
)

//go:embed lane.json
var laneSchema []byte

//go:embed lanes/*.yaml
var ready embed.FS

// LaneSchema is the JSON Schema of a lane file, for editors and for ParseLane.
func LaneSchema() []byte { return slices.Clone(laneSchema) }

// ReadyLanes lists the lane files that are part of the binary.
func ReadyLanes() []string { return strict.Names(ready, "lanes") }

// ReadyLane is one of them.
func ReadyLane(name string) (*External, error) {
	source, err := ready.ReadFile("lanes/" + name + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("ready lane: %w", err)
	}
	e, err := ParseLane(name+".yaml", source)
	if err == nil {
		e.Record = string(source) // its secrets are known to all
	}
	return e, err
}

// ExternalLane is the lane of a reference, if it is no part of pushbench: a ready one, or a lane file. False: it is none.
func ExternalLane(reference string) (*External, bool, error) {
	file, option, ok := external(reference)
	switch {
	case !ok:
		return nil, false, nil
	case option != "":
		return nil, true, fmt.Errorf("%s is no part of pushbench, which could change it: leave +%s out", file, option)
	}
	e, err := (&reader{}).laneFile(file, nil)
	return e, true, err
}

// ParseLane reads a lane file, which is in no folder. Whatever is wrong with it comes as strict.Errors; any other error is a defect of the schema.
func ParseLane(name string, source []byte) (*External, error) {
	rules, err := strict.Compile(laneSchema)
	if err != nil {
		return nil, err
	}
	r := &reader{strict.Reader{File: name, Kind: "lane", Keys: "about, transport, subscribe and publish"}}
	e := &External{Lane: lane.Lane{Name: baseName(name), Tag: TagExternal}}
	if root := r.Document(source); root != nil {
		if root.Field("lanes") != nil && root.Field("transport") == nil {
			return nil, fmt.Errorf("%s is a scenario, not a lane: pushbench compare %s", name, name)
		}
		r.SchemaErrors(root, rules)
		r.Durations(nil, root, rules.Root)
		e.Trust, e.TLS = r.trust(root), encrypted(root)
		if e.Clients = r.clients(root); e.Clients != nil {
			e.Columns = e.Clients.Columns
		}
		for _, f := range root.Child("subscribe").Child("before").Child("take").Fields {
			e.Taken = append(e.Taken, f.Key)
		}
		e.Variables = r.validateLane(root, e.Columns, e.Taken)
		r.named(root, e.Name, rules.Root)
		if len(r.Errors) == 0 {
			err = errors.Join(rules.Root.Fill(e, root.Value), e.hide(root, string(source)))
		}
		if len(e.Literals) > 0 && len(e.Record) > strict.MaxSource {
			r.Report(strict.Position{Line: e.Literals[0].Line, Column: e.Literals[0].Column}, `%s: a secret in so large a file: write {{env "NAME"}} in its place`, e.Literals[0].Path)
		}
	}
	if wrong := r.Err(); wrong != nil {
		return nil, wrong
	}
	if err != nil {
		return nil, fmt.Errorf("lane %s: %w", name, err)
	}
	e.plain()
	e.Path, e.File = secret.Mask(e.Subscribe.URL), name
	return e, nil
}

func baseName(file string) string { return strings.TrimSuffix(filepath.Base(file), filepath.Ext(file)) }

// external splits a scenario's reference to a lane that is no part of pushbench: the name of a ready lane or the path of a
// file, with an option or without.
func external(reference string) (file, option string, ok bool) {
	file, option, _ = strings.Cut(reference, "+")
	return file, option, strict.IsFile(file) || slices.Contains(ReadyLanes(), file)
}

// lanes are those of a scenario by their names, which are not always its references to them.
type lanes struct {
	names     []string
	externals map[string]*External
}

func (l *lanes) add(name string, e *External) {
	l.names = append(l.names, name)
	if l.externals == nil {
		l.externals = map[string]*External{}
	}
	l.externals[name] = e
}

// lanes reads the files of the lanes that are no part of pushbench, or what was kept of them.
func (r *reader) lanes(root *strict.Node, kept map[string]results.LaneFile, own []string) lanes {
	var all lanes
	for i, n := range root.Child("lanes").Items {
		reference, ok := n.Value.(string)
		if n.Broken || !ok {
			continue
		}
		file, option, ok := external(reference)
		if !ok {
			all.names = append(all.names, reference)
			continue
		}
		e, err := r.laneFile(file, kept)
		if found := strict.Errors(nil); errors.As(err, &found) {
			r.Errors = append(r.Errors, found...)
			continue
		}
		if err != nil {
			r.Report(n.Position, "lanes[%d]: %v", i, err)
			continue
		}
		if slices.Contains(own, e.Name) {
			r.Report(n.Position, "lanes[%d]: %s calls its lane %q, and pushbench has one of that name: give it another", i, file, e.Name)
		}
		name := e.Name
		if option != "" {
			name += "+" + option
		}
		if other := all.externals[name]; other != nil && other.Reference != file {
			r.Report(n.Position, "lanes[%d]: %s calls its lane %q like %s: give it another name", i, file, e.Name, other.Reference)
		}
		all.add(name, e)
	}
	r.validateExternals(root, all)
	return all
}

// laneFile reads one.
func (r *reader) laneFile(reference string, kept map[string]results.LaneFile) (e *External, err error) {
	if f, ok := kept[reference]; ok {
		e, err = restored(f)
	} else if slices.Contains(ReadyLanes(), reference) {
		e, err = ReadyLane(reference)
	} else {
		path := reference
		if !filepath.IsAbs(path) {
			path = filepath.Join(filepath.Dir(r.File), path)
		}
		e, err = readLane(path)
	}
	if err == nil {
		e.Reference = reference
	}
	return e, err
}

// readLane reads a file, which knows its folder whatever it is called by.
func readLane(path string) (*External, error) {
	source, err := strict.ReadFile(path)
	if err != nil {
		return nil, err
	}
	e, err := ParseLane(path, source)
	if err != nil {
		return nil, err
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	e.Here = filepath.Dir(absolute)
	return e, nil
}

// restored is what was kept of a lane file. Secrets were not: they are read where they were, if the file is the same.
func restored(f results.LaneFile) (*External, error) {
	e, err := ParseLane(f.Path, []byte(f.Source))
	if err != nil || !filepath.IsAbs(f.Path) { // a ready lane
		return e, err
	}
	e.Here = filepath.Dir(f.Path)
	if e.incomplete() {
		if now, err := readLane(f.Path); err == nil && now.Record == e.Record {
			return now, nil
		}
	}
	return e, nil
}
