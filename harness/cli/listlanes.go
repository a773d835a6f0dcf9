package cli

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/pushbench/pushbench/internal/lane"
	"github.com/pushbench/pushbench/servers"
)

// listedLane is a row of the table of lanes for programs.
type listedLane struct {
	lane.Lane

	Missing string `json:"missing,omitempty"` // what this machine does not have that the lane needs
}

// listedOption is what a lane can have behind a plus sign.
type listedOption struct {
	Name    string        `json:"name"`
	About   string        `json:"about"`
	Offsets []lane.Offset `json:"truths,omitempty"` // what it is known to add to figures

	Not map[string]string `json:"not,omitempty"` // lanes that cannot have it, and why
}

// lanesList is all that can be named as lanes.
type lanesList struct {
	Lanes   []listedLane        `json:"lanes"`
	Options []listedOption      `json:"options"`
	Groups  map[string][]string `json:"groups"`
}

func listedLanes() (lanesList, error) {
	out := lanesList{Groups: map[string][]string{}}
	for _, l := range servers.Lanes() {
		out.Lanes = append(out.Lanes, listedLane{Lane: l.Lane})
	}
	ready, err := listedReady()
	out.Lanes = append(out.Lanes, ready...)
	for _, o := range servers.Options() {
		one := listedOption{Name: "+" + o.Name, About: o.About, Offsets: o.Offsets, Not: map[string]string{}}
		for _, l := range servers.Lanes() {
			if _, err := servers.LaneByName(l.Name + one.Name); err != nil {
				one.Not[l.Name] = err.Error()
			}
		}
		out.Options = append(out.Options, one)
	}
	for name, lanes := range groups() {
		out.Groups["@"+name] = lanes
	}
	return out, err
}

// tableOfLanes shows the table of lanes, and their groups and options.
func tableOfLanes(out io.Writer) error {
	w := aligned(out)
	all, err := listedLanes()
	if err != nil {
		return err
	}
	for _, l := range all.Lanes {
		about := l.About
		if l.Missing != "" {
			about += "; " + l.Missing
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", l.Name, l.Transport, l.Tag, about)
	}
	fmt.Fprintln(w, "\noptions of lanes, as in ws-gorilla+control or sse-gin+tls+control:")
	for _, o := range all.Options {
		fmt.Fprintf(w, "  %s\t%s%s\n", o.Name, o.About, all.only(o))
	}
	for _, o := range all.Options {
		if all.only(o) == "" {
			for _, name := range slices.Sorted(maps.Keys(o.Not)) {
				fmt.Fprintf(w, "  not %s%s\t%s\n", name, o.Name, o.Not[name])
			}
		}
	}
	fmt.Fprintln(w, "\ngroups, for --lanes:")
	for _, name := range slices.Sorted(maps.Keys(all.Groups)) {
		fmt.Fprintf(w, "  %s\t%s\n", name, named(all.Groups[name]))
	}
	return w.Flush()
}

// only names the lanes that can have an option, where most cannot.
func (all lanesList) only(o listedOption) string {
	if len(o.Not) <= len(all.Lanes)/2 {
		return ""
	}
	var can []string
	for _, l := range all.Lanes {
		if o.Not[l.Name] == "" {
			can = append(can, l.Name)
		}
	}
	return "; only " + strings.Join(can, ", ")
}

// named are a few names, or how many they are.
func named(names []string) string {
	const most = 5
	if len(names) > most {
		return fmt.Sprintf("%d lanes", len(names))
	}
	return strings.Join(names, ", ")
}

func aligned(out io.Writer) *tabwriter.Writer { return tabwriter.NewWriter(out, 0, 0, 2, ' ', 0) }
