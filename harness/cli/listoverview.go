package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/results"
)

// overview names what there is on one screen of 80 columns.
func overview(out io.Writer) error {
	all, err := listedLanes()
	if err != nil {
		return err
	}
	var transports, options, stopping []string
	lanes := map[string][]string{}
	for _, l := range all.Lanes {
		if lanes[l.Transport] == nil {
			transports = append(transports, l.Transport)
		}
		lanes[l.Transport] = append(lanes[l.Transport], l.Name)
	}
	for _, o := range all.Options {
		options = append(options, o.Name)
	}
	for _, name := range results.MetricNames() {
		if m, _ := results.MetricByName(name); m.Rank == results.Stopping {
			stopping = append(stopping, name)
		}
	}
	var few []string // lanes of transports that have few share lines
	for _, t := range transports {
		if len(lanes[t]) <= 2 {
			few = append(few, lanes[t]...)
			continue
		}
		names(out, t, lanes[t])
	}
	names(out, "others", few)
	names(out, "options", options)
	names(out, "scenarios", slices.DeleteFunc(scenario.Embedded(), func(name string) bool {
		return strings.HasPrefix(name, "calibrate-") // parts of calibrate
	}))
	names(out, "proxies", scenario.ReadyProxies())
	names(out, "metrics", append(stopping, fmt.Sprintf("and %d more", len(results.MetricNames())-len(stopping))))
	_, err = fmt.Fprint(out, "One of them:  pushbench list lane|scenario|proxy|price|metric NAME\nAll in full:  pushbench list lanes|scenarios|proxies|prices|metrics\n")
	return err
}

// names writes names behind their heading, over as many lines as they take.
func names(out io.Writer, heading string, all []string) {
	const width, indent = 80, 14
	line := fmt.Sprintf("%-*s", indent-1, heading)
	for _, name := range all {
		if len(line)+1+len(name) > width {
			fmt.Fprintln(out, line)
			line = strings.Repeat(" ", indent-1)
		}
		line += " " + name
	}
	fmt.Fprintln(out, line)
}
