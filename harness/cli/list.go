package cli

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/servers"
)

// List shows what a scenario can name.
func List(s Streams) *cobra.Command {
	topics := []struct {
		name string
		show func(Streams) error
	}{
		{"lanes", listLanes},
		{"metrics", listMetrics},
		{"scenarios", listScenarios},
		{"schema", listSchema},
	}
	names := make([]string, len(topics))
	for i, t := range topics {
		names[i] = t.name
	}
	return &cobra.Command{
		Use:       "list [lanes|metrics|scenarios|schema]",
		Short:     "List lanes, metrics and scenarios, or print the JSON Schema of scenarios for your editor",
		Args:      arguments(0, 1, "at most one topic"),
		ValidArgs: names,
		RunE: func(_ *cobra.Command, args []string) error {
			for _, t := range topics {
				if (len(args) == 0 && t.name != "schema") || (len(args) == 1 && args[0] == t.name) {
					if len(args) == 0 {
						fmt.Fprintf(s.Out, "%s\n", t.name)
					}
					if err := t.show(s); err != nil || len(args) == 1 {
						return err
					}
					fmt.Fprintln(s.Out)
				}
			}
			if len(args) == 1 {
				return usageError{fmt.Errorf("cannot list %q, only %v", args[0], names)}
			}
			return nil
		},
	}
}

// listLanes shows the table of lanes, then the knobs of each as the fairness table of a report has them.
func listLanes(s Streams) error {
	w := tabwriter.NewWriter(s.Out, 0, 0, 2, ' ', 0)
	for _, l := range servers.Lanes() {
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", l.Name, l.Transport, l.Tag, l.About)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, l := range servers.Lanes() {
		fmt.Fprintf(w, "\n  %s\n", l.Name)
		if l.From != "" {
			fmt.Fprintf(w, "    as %s, but for\t%s\n", l.From, strings.Join(l.Differs, ", "))
		}
		for _, k := range own(l) {
			fmt.Fprintf(w, "    %s\t%s\n", k.Name, k.Value)
		}
	}
	fmt.Fprintln(w, "\nany lane with an option, as in ws-gorilla+twin:")
	for _, o := range servers.Options() {
		fmt.Fprintf(w, "  +%s\t%s\n", o.Name, o.About)
	}
	return w.Flush()
}

func listMetrics(s Streams) error {
	w := tabwriter.NewWriter(s.Out, 0, 0, 2, ' ', 0)
	for _, name := range results.MetricNames() {
		m, _ := results.MetricByName(name)
		fmt.Fprintf(w, "  %s\t%s\t%s\n", m.Name, m.Unit, m.Help)
	}
	return w.Flush()
}

func listScenarios(s Streams) error {
	w := tabwriter.NewWriter(s.Out, 0, 0, 2, ' ', 0)
	for _, name := range scenario.Embedded() {
		sc, err := scenario.Load(name, vocabulary())
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "  %s\t%s\n", sc.Name, sc.Description)
	}
	return w.Flush()
}

func listSchema(s Streams) error {
	schema, err := scenario.Schema(vocabulary())
	if err != nil {
		return err
	}
	_, err = s.Out.Write(schema)
	return err
}
