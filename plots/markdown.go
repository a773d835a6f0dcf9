package plots

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pushbench/pushbench/results"
)

// environment lists the machine and the program as evidence, maps in the order of their keys.
func environment(run results.Run) []results.Knob {
	e := run.Environment
	out := []results.Knob{
		{Name: "commit", Value: e.Commit},
		{Name: "Go", Value: e.Go},
		{Name: "OS", Value: e.OS},
		{Name: "kernel", Value: e.Kernel},
		{Name: "CPU", Value: e.CPU},
		{Name: "CPUs", Value: strconv.Itoa(e.CPUs)},
		{Name: "memory", Value: bytesUnit.number(float64(e.Memory))},
		{Name: "host", Value: e.Hostname},
		{Name: "started", Value: moment(run.Started)},
		{Name: "finished", Value: moment(run.Finished)},
	}
	for _, group := range []struct {
		name   string
		values map[string]string
	}{{"CPUs of ", e.Affinity}, {"limit ", e.Limits}, {"", e.Sysctls}, {"accounting of ", e.Accounting}} {
		for _, key := range slices.Sorted(maps.Keys(group.values)) {
			out = append(out, results.Knob{Name: group.name + key, Value: group.values[key]})
		}
	}
	return slices.DeleteFunc(out, func(k results.Knob) bool { return k.Value == "" })
}

// cell makes text safe for one line of Markdown: it cannot end a cell, a line, or start markup.
func cell(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' }), " ")
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`, "`", "\\`").Replace(s)
}

func code(s string) string {
	return "`" + strings.NewReplacer("`", "'", "|", `\|`, "\n", " ").Replace(s) + "`"
}

// fenced keeps text from ending the fence around it.
func fenced(s string) string { return strings.ReplaceAll(s, "```", "'''") }

// shell writes a command so that it can be pasted.
func shell(args []string) string {
	if len(args) == 0 {
		return "# the command was not recorded"
	}
	var out []string
	for _, a := range args {
		plain := func(r rune) bool {
			return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_=./:,@%+", r)
		}
		if a == "" || strings.ContainsFunc(a, func(r rune) bool { return !plain(r) }) {
			a = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
		out = append(out, a)
	}
	return fenced(strings.Join(out, " "))
}
