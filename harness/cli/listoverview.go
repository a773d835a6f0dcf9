package cli

import (
	"fmt"
	"io"
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
	var alone []string // transports of one lane each share a line
	for _, t := range transports {
		if len(lanes[t]) == 1 {
			alone = append(alone, lanes[t]...)
			continue
		}
		names(out, t, lanes[t])
	}
	names(out, "others", alone)
	names(out, "options", options)
	names(out, "scenarios", scenario.Embedded())
	proxies, err := listedProxies()
	if err != nil {
		return err
	}
	names(out, "proxies", proxies)
	names(out, "metrics", append(stopping, fmt.Sprintf("and %d more", len(results.MetricNames())-len(stopping))))
	_, err = fmt.Fprint(out, "\nOne of them: pushbench list lane|scenario|proxy|price|metric NAME\nAll in full: pushbench list lanes|scenarios|prices|metrics\n")
	return err
}

// listedProxies are the ready ones, marked where their files were never run.
func listedProxies() (out []string, err error) {
	for _, name := range scenario.ReadyProxies() {
		p, err := scenario.ReadyProxy(name)
		if err != nil {
			return nil, err
		}
		if !p.Exercised {
			name += " (never run)"
		}
		out = append(out, name)
	}
	return out, nil
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
