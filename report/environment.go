package report

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pushbench/pushbench/internal/plain"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// environment lists the machine and the program as evidence, maps in the order of their keys.
func environment(run results.Run) []results.Setting {
	e := run.Environment
	out := []results.Setting{
		{Name: "commit", Value: e.Commit},
		{Name: "Go", Value: e.Go},
		{Name: "OS", Value: e.OS},
		{Name: "kernel", Value: e.Kernel},
		{Name: "CPU", Value: e.CPU},
		{Name: "CPUs", Value: strconv.Itoa(e.CPUs)},
		{Name: "memory", Value: words.Bytes.Number(float64(e.Memory))},
		{Name: "host", Value: e.Hostname},
		{Name: "started", Value: moment(run.Started)},
		{Name: "finished", Value: moment(run.Finished)},
	}
	for _, group := range []struct {
		name   string
		values map[string]string
	}{{"CPUs of ", e.Affinity}, {"limit ", e.Limits}, {"", e.Sysctls}, {"accounting of ", e.Accounting}} {
		for _, key := range slices.Sorted(maps.Keys(group.values)) {
			out = append(out, results.Setting{Name: group.name + key, Value: group.values[key]})
		}
	}
	return slices.DeleteFunc(out, func(k results.Setting) bool { return k.Value == "" })
}

// machine is the environment without what the first page has.
func machine(run results.Run) []results.Setting {
	first := []string{"commit", "CPU", "started"}
	return slices.DeleteFunc(environment(run), func(k results.Setting) bool { return slices.Contains(first, k.Name) })
}

// shell writes a command so that it can be pasted.
func shell(args []string) string {
	if len(args) == 0 {
		return "# the command was not recorded"
	}
	var out []string
	for _, a := range args {
		a = plain.Line(a)
		bare := func(r rune) bool {
			return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_=./:,@%+", r)
		}
		if a == "" || strings.ContainsFunc(a, func(r rune) bool { return !bare(r) }) {
			a = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
		out = append(out, a)
	}
	return plain.Fenced(strings.Join(out, " "))
}
