package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/strict"
	"github.com/pushbench/pushbench/report/decision"
	"github.com/pushbench/pushbench/results"
)

// kind is a kind of thing that has a name, of which list shows one.
type kind struct {
	name  string
	names func() ([]string, error)
	text  func(out io.Writer, name string) error
	value func(name string) (any, error)
}

// kinds is the table of what list shows one of.
func kinds() []kind {
	return []kind{
		{"lane", laneNames, textOfLane, func(name string) (any, error) { return listedLaneNamed(name) }},
		{"scenario", func() ([]string, error) { return scenario.Embedded(), nil }, textOfScenario, func(name string) (any, error) { return listedScenarioNamed(name) }},
		{"proxy", func() ([]string, error) { return scenario.ReadyProxies(), nil }, textOfProxy, func(name string) (any, error) { return scenario.ReadyProxy(name) }},
		{"price", func() ([]string, error) { return decision.PricesOfVendors(), nil }, textOfPrices, func(name string) (any, error) { return listedPriceNamed(name) }},
		{"metric", func() ([]string, error) { return results.MetricNames(), nil }, textOfMetric, func(name string) (any, error) { return listedMetricNamed(name), nil }},
	}
}

// show writes one, or an error that lists them.
func (k kind) show(out io.Writer, name, format string) error {
	names, err := k.names()
	if err != nil {
		return err
	}
	if !slices.Contains(names, name) {
		return usageError{fmt.Errorf("no %s %q%s", k.name, name, strict.Suggest(name, names))}
	}
	if format == formatTable {
		return k.text(out, name)
	}
	value, err := k.value(name)
	if err != nil {
		return err
	}
	return writeJSON(out, value)
}

func laneNames() (names []string, err error) {
	all, err := listedLanes()
	for _, l := range all.Lanes {
		names = append(names, l.Name)
	}
	return names, err
}

func listedLaneNamed(name string) (listedLane, error) {
	all, err := listedLanes()
	i := slices.IndexFunc(all.Lanes, func(l listedLane) bool { return l.Name == name })
	return all.Lanes[i], err
}

// textOfLane shows the settings of a lane as the fairness table of a report has them.
func textOfLane(out io.Writer, name string) error {
	l, err := listedLaneNamed(name)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s: %s\n", l.Name, l.About)
	if l.Missing != "" {
		fmt.Fprintf(out, "cannot run here: it %s\n", l.Missing)
	}
	w := aligned(out)
	fmt.Fprintf(w, "\n  transport\t%s\n  tag\t%s\n", l.Transport, l.Tag)
	if l.From != "" {
		fmt.Fprintf(w, "  as %s, but for\t%s\n", l.From, strings.Join(l.Differs, ", "))
	}
	for _, k := range l.Settings {
		fmt.Fprintf(w, "  %s\t%s\n", k.Name, k.Value)
	}
	return w.Flush()
}

func listedScenarioNamed(name string) (listedScenario, error) {
	sc, err := scenario.Load(name, catalog())
	if err != nil {
		return listedScenario{}, err
	}
	return listedScenario{sc.Name, sc.Description, sc.Lanes, sc.Source}, nil
}

// textOfScenario prints the YAML to start a scenario of one's own from.
func textOfScenario(out io.Writer, name string) error {
	sc, err := listedScenarioNamed(name)
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, sc.Source)
	return err
}

// textOfProxy prints the YAML to start a proxy of one's own from.
func textOfProxy(out io.Writer, name string) error {
	p, err := scenario.ReadyProxy(name)
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, p.Source)
	return err
}

func listedMetricNamed(name string) listedMetric {
	m, _ := results.MetricByName(name)
	return listedMetric{m.Name, m.Unit, m.Better.String(), m.Help, m.From()}
}

func textOfMetric(out io.Writer, name string) error {
	m := listedMetricNamed(name)
	w := aligned(out)
	fmt.Fprintf(w, "%s: %s\n\n  unit\t%s\n  direction\t%s\n  from\t%s\n", m.Name, m.About, unitName(m.Unit), m.Better, m.From)
	return w.Flush()
}

// unitName spells a unit out.
func unitName(unit string) string {
	switch unit {
	case results.Bytes:
		return "bytes (B)"
	case results.Seconds:
		return "seconds (s)"
	default:
		return "a plain number (1)"
	}
}
