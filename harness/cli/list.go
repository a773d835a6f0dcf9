package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/strict"
	"github.com/pushbench/pushbench/report/decision"
	"github.com/pushbench/pushbench/results"
)

// topic is something that can be listed.
type topic struct {
	name   string
	table  func(io.Writer) error
	value  func() (any, error) // the same for programs
	schema bool                // it is JSON in any case
}

// topics is the table of what can be listed.
func topics() []topic {
	return []topic{
		{"lanes", tableOfLanes, func() (any, error) { return listedLanes() }, false},
		{"metrics", tableOfMetrics, func() (any, error) { return listedMetrics(), nil }, false},
		{"scenarios", tableOfScenarios, func() (any, error) { return listedScenarios() }, false},
		{"proxies", tableOfProxies, func() (any, error) { return listedProxies() }, false},
		{"prices", tableOfPrices, func() (any, error) { return listedPrices() }, false},
		schemaOf("schema", func() ([]byte, error) { return scenario.Schema(catalog()) }),
		schemaOf("lane-schema", func() ([]byte, error) { return scenario.LaneSchema(), nil }),
		schemaOf("workload-schema", func() ([]byte, error) { return decision.WorkloadSchema(), nil }),
		schemaOf("price-schema", func() ([]byte, error) { return decision.PricesSchema(), nil }),
	}
}

// schemaOf is the topic of a JSON Schema.
func schemaOf(name string, text func() ([]byte, error)) topic {
	return topic{name: name, schema: true, table: func(out io.Writer) error {
		schema, err := text()
		if err == nil {
			_, err = fmt.Fprintf(out, "%s\n", bytes.TrimSpace(schema))
		}
		return err
	}, value: func() (any, error) {
		schema, err := text()
		return json.RawMessage(schema), err
	}}
}

// List shows what a scenario can name.
func List(s Streams) *cobra.Command {
	var names []string
	for _, t := range topics() {
		names = append(names, t.name)
	}
	format := formatTable
	cmd := &cobra.Command{
		Use:       "list [lanes|metrics|scenarios|proxies|prices|schema|lane-schema|workload-schema|price-schema] | list lane|scenario|proxy|price|metric NAME",
		Short:     "List lanes, metrics, scenarios, proxies and prices of vendors, or print the JSON Schema of scenarios, lane files, workloads or prices for your editor",
		Example:   "  pushbench list\n  pushbench list lane sse-gin\n  pushbench list scenario quick >mine.yaml\n  pushbench list metric reach\n  pushbench list lanes --format json | jq -r '.lanes[] | select(.tag == \"tuned\") | .name'",
		Args:      arguments(0, 2, "at most one topic, or a kind and a name"),
		ValidArgs: names,
		RunE: func(_ *cobra.Command, args []string) error {
			if format != formatTable && format != formatJSON {
				return usageError{noFormat(format, formatTable, formatJSON)}
			}
			if len(args) == 0 {
				return listAll(s.Out, format)
			}
			for _, k := range kinds() {
				if k.name == args[0] && len(args) == 2 {
					return k.show(s.Out, args[1], format)
				}
				if k.name == args[0] {
					return usageError{fmt.Errorf("which %s? pushbench list has their names", k.name)}
				}
			}
			for _, t := range topics() {
				if t.name == args[0] && len(args) == 1 {
					return t.list(s.Out, format)
				}
			}
			return usageError{fmt.Errorf("cannot list %q, only %s", strings.Join(args, " "), strings.Join(names, ", "))}
		},
	}
	cmd.Flags().StringVar(&format, "format", format, "table or json")
	return cmd
}

func noFormat(format string, known ...string) error {
	return fmt.Errorf("no format %q%s", format, strict.Suggest(format, known))
}

func (t topic) list(out io.Writer, format string) error {
	if format == formatTable {
		return t.table(out)
	}
	value, err := t.value()
	if err != nil {
		return err
	}
	return writeJSON(out, value)
}

// listAll lists everything but the schemas: names on one screen for people, all there is for programs.
func listAll(out io.Writer, format string) error {
	if format == formatTable {
		return overview(out)
	}
	all := map[string]any{}
	for _, t := range topics() {
		if t.schema {
			continue
		}
		value, err := t.value()
		if err != nil {
			return err
		}
		all[t.name] = value
	}
	return writeJSON(out, all)
}

// writeJSON writes a value for programs that people can read too.
func writeJSON(out io.Writer, value any) error {
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(value)
}

// listedMetric is a metric for programs.
type listedMetric struct {
	Name   string `json:"name"`
	Unit   string `json:"unit"`
	Better string `json:"better"`
	About  string `json:"about"`
	From   string `json:"from"`
}

func listedMetrics() (out []listedMetric) {
	for _, name := range results.MetricNames() {
		out = append(out, listedMetricNamed(name))
	}
	return out
}

func tableOfMetrics(out io.Writer) error {
	w := aligned(out)
	for _, m := range listedMetrics() {
		fmt.Fprintf(w, "  %s\t%s\t%s\n", m.Name, m.Unit, m.About)
	}
	return w.Flush()
}

// listedScenario is an embedded scenario for programs.
type listedScenario struct {
	Name   string   `json:"name"`
	About  string   `json:"about"`
	Lanes  []string `json:"lanes"`
	Source string   `json:"source"`
}

func listedScenarios() (out []listedScenario, err error) {
	for _, name := range scenario.Embedded() {
		sc, err := listedScenarioNamed(name)
		if err != nil {
			return nil, err
		}
		out = append(out, sc)
	}
	return out, nil
}

func tableOfScenarios(out io.Writer) error {
	all, err := listedScenarios()
	if err != nil {
		return err
	}
	w := aligned(out)
	for _, sc := range all {
		fmt.Fprintf(w, "  %s\t%s\n", sc.Name, sc.About)
	}
	return w.Flush()
}
