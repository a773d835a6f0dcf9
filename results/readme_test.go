package results

import (
	"fmt"
	"math"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	tableStart = "<!-- metrics: written by go test ./results -update -->\n"
	tableEnd   = "<!-- end -->\n"
)

func metricsTable() string {
	var b strings.Builder
	b.WriteString("| metric | rank | unit | good | of | meaning |\n|---|---|---|---|---|---|\n")
	for _, m := range metrics() {
		good := strings.TrimSuffix(m.Better.String(), " is better")
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s |\n", m.Name, m.Rank, m.Unit, good, m.Scope, m.Help)
	}
	return b.String()
}

func TestReadmeHasTheMetrics(t *testing.T) {
	readme := text(t, ".", "README.md")
	head, rest, ok := strings.Cut(readme, tableStart)
	table, tail, ok2 := strings.Cut(rest, tableEnd)
	if !ok || !ok2 {
		t.Fatal("README.md has lost the marks around its table of metrics")
	}
	if *update {
		table = metricsTable()
		if err := os.WriteFile("README.md", []byte(head+tableStart+table+tableEnd+tail), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(metricsTable(), table); diff != "" {
		t.Errorf("README.md is behind the table (-table +README; -update writes it):\n%s", diff)
	}
}

// Every column of a file stands in the section of that file, in the file's order, and nothing else does.
func TestReadmeHasTheColumns(t *testing.T) {
	sections := map[string][]string{}
	name := ""
	cell := regexp.MustCompile("^\\| `([a-z_]+)` \\|")
	for line := range strings.Lines(text(t, ".", "README.md")) {
		if title, ok := strings.CutPrefix(line, "## "); ok {
			name = strings.TrimSpace(title)
		}
		if m := cell.FindStringSubmatch(line); m != nil {
			sections[name] = append(sections[name], m[1])
		}
	}
	shared := sections["Columns that samples.csv and histograms.csv share"]
	for name, columns := range map[string][]string{
		samplesFile().name: samplesFile().names(), histogramsFile().name: histogramsFile().names(), summaryFile().name: summaryFile().names(),
		trialsFile().name: trialsFile().names(), lossesFile().name: lossesFile().names(),
		calibrationFile().name: calibrationFile().names(), diffFile().name: diffFile().names(),
	} {
		documented := sections[name]
		if name == samplesFile().name || name == histogramsFile().name {
			documented = slices.Concat(shared, documented)
			columns = slices.Sorted(slices.Values(columns)) // at_s stands among the shared ones
			slices.Sort(documented)
		}
		if diff := cmp.Diff(columns, documented); diff != "" {
			t.Errorf("%s (-file +README):\n%s", name, diff)
		}
	}
}

// Every key that a trial has in run.json stands in the section about it.
func TestReadmeHasTheTrials(t *testing.T) {
	_, section, _ := strings.Cut(text(t, ".", "README.md"), "\n## trials, in run.json\n")
	section, _, _ = strings.Cut(section, "\n## ")
	for _, of := range []reflect.Type{reflect.TypeFor[Trial](), reflect.TypeFor[Process]()} {
		for i := range of.NumField() {
			key, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
			if !strings.Contains(section, "`"+key+"`") {
				t.Errorf("README.md does not say what %s of a %s is", key, of.Name())
			}
		}
	}
}

func TestMetricsTable(t *testing.T) {
	names := MetricNames()
	if unique := slices.Compact(slices.Sorted(slices.Values(names))); len(unique) != len(names) {
		t.Errorf("a name stands twice in %q", names)
	}
	for _, m := range metrics() {
		if m.derive == nil || m.Help == "" || !slices.Contains([]string{Seconds, Bytes, Count}, m.Unit) {
			t.Errorf("row %q is incomplete: %+v", m.Name, m)
		}
	}
}

// The table of the project's README is that of the reference run: a column is called as its metric is, and has its figures.
func TestReadmeHasTheReferenceRun(t *testing.T) {
	figures := map[string][]string{} // median, low and high, by lane and metric
	rows := table(t, "reference", summaryFile().name)
	at := map[string]int{}
	for i, name := range rows[0] {
		at[name] = i
	}
	for _, row := range rows[1:] {
		figures[row[at["lane"]]+" "+row[at["metric"]]] = []string{row[at["median"]], row[at["low"]], row[at["high"]]}
	}
	columns, seen := []string(nil), 0
	for line := range strings.Lines(text(t, "..", "README.md")) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		switch {
		case strings.HasPrefix(line, "| lane | memory per connection |"):
			for _, c := range cells[1:] {
				columns = append(columns, strings.ReplaceAll(strings.ToLower(strings.TrimSpace(c)), " ", "_"))
			}
		case columns == nil || strings.HasPrefix(line, "|---"):
		case !strings.HasPrefix(line, "|"):
			if seen < 9 {
				t.Errorf("%d lanes of %q", seen, columns)
			}
			return
		default:
			seen++
			lane := strings.Split(cells[0], "`")[1]
			for i, c := range cells[1:] {
				stated(t, lane, columns[i], c, figures[lane+" "+columns[i]])
			}
		}
	}
	t.Error("README.md has lost its table")
}

// stated compares "14.7 KiB [14.5, 14.8]" with figures in base units.
func stated(t *testing.T, lane, metric, cell string, want []string) {
	t.Helper()
	m := regexp.MustCompile(`^([0-9.]+) (KiB|µs) \[([0-9.]+), ([0-9.]+)\] *$`).FindStringSubmatch(cell)
	if m == nil || want == nil {
		t.Errorf("%s of %s: %q is no figure of the reference run", metric, lane, cell)
		return
	}
	factor := map[string]float64{"KiB": 1024, "µs": 1e-6}[m[2]]
	for i, text := range []string{m[1], m[3], m[4]} {
		is, _ := strconv.ParseFloat(text, 64)
		v, err := strconv.ParseFloat(want[i], 64)
		digit := math.Pow10(-max(0, len(text)-1-strings.IndexByte(text+".", '.')))
		if err != nil || math.Abs(is-v/factor) > 0.51*digit {
			t.Errorf("%s of %s: %s in %q, and %v %s in the reference run", metric, lane, text, cell, v/factor, m[2])
		}
	}
}
