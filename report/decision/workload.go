package decision

import (
	_ "embed" // workload.json
	"fmt"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/pushbench/pushbench/internal/strict"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

//go:embed workload.json
var workloadSchema []byte

// WorkloadSchema is the JSON Schema of a workload file, for editors and for ParseWorkload.
func WorkloadSchema() []byte { return slices.Clone(workloadSchema) }

// ReadWorkload reads a workload file, and the lanes it names; none: those people compare first.
func ReadWorkload(path string) (results.Workload, []string, error) {
	source, err := strict.ReadFile(path)
	if err != nil {
		return results.Workload{}, nil, fmt.Errorf("workload: %w", err)
	}
	return ParseWorkload(filepath.Base(path), source)
}

// ParseWorkload reads a workload. Whatever is wrong with it comes as strict.Errors; any other error is a defect of the schema.
func ParseWorkload(name string, source []byte) (results.Workload, []string, error) {
	var file struct {
		results.Workload

		Lanes []string `json:"lanes"`
	}
	rules, err := strict.Compile(workloadSchema)
	if err != nil {
		return file.Workload, nil, err
	}
	r := &strict.Reader{File: name, Kind: "workload", Keys: "users and rate"}
	root := r.Document(source)
	if root != nil {
		r.SchemaErrors(root, rules)
		r.Durations(nil, root, rules.Root)
		if root.Field("size") == nil {
			root.Put("size", &strict.Node{Position: root.Position, Text: strconv.Itoa(results.UsualSize), Value: results.UsualSize})
		}
		inNumbers(r, root)
		inherit(r, root)
	}
	if err := r.Err(); err != nil {
		return file.Workload, nil, err
	}
	if err := rules.Root.Fill(&file, root.Value); err != nil {
		return file.Workload, nil, fmt.Errorf("workload %s: %w", name, err)
	}
	return file.Workload, file.Lanes, nil
}

// inNumbers replaces amounts with a unit by their numbers.
func inNumbers(r *strict.Reader, root *strict.Node) {
	for _, n := range append([]*strict.Node{root}, root.Child("loads").Items...) {
		if size := n.Child("size"); !size.Broken {
			v, err := words.ParseSize(size.Text)
			if err != nil || v < results.LeastSize || v > results.MostSize {
				r.Report(size.Position, "size: want %d to %d bytes, not %s", results.LeastSize, results.MostSize, size.Describe())
			}
			n.Put("size", &strict.Node{Position: size.Position, Text: size.Text, Value: v})
		}
		if often := n.Child("reconnects"); !often.Broken {
			v, err := words.ParseHourly(often.Text)
			if err != nil || v > results.MostReconnects {
				r.Report(often.Position, "reconnects: want 0 to %d in an hour, not %s", results.MostReconnects, often.Describe())
			}
			n.Put("reconnects", &strict.Node{Position: often.Position, Text: often.Text, Value: v})
		}
	}
}

// inherit gives each load what it does not name, and reports a name that two have.
func inherit(r *strict.Reader, root *strict.Node) {
	lines := map[string]int{}
	for _, l := range root.Child("loads").Items {
		for _, f := range root.Fields {
			if f.Key != "loads" && f.Key != "lanes" && f.Key != "path" && l.Field(f.Key) == nil {
				l.Put(f.Key, f.Value)
			}
		}
		name := l.Child("name")
		if line, twice := lines[name.Text]; twice && !name.Broken {
			r.Report(name.Position, "loads: a load is called %q already, in line %d: give each a name of its own", name.Text, line)
		}
		lines[name.Text] = name.Line
	}
}
