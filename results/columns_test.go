package results

import (
	"encoding/csv"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pushbench/pushbench/internal/lane"
)

// rearrange rewrites a CSV file with every line changed.
func rearrange(t *testing.T, dir, name string, change func(header, line []string) []string) {
	t.Helper()
	lines, err := csv.NewReader(strings.NewReader(text(t, dir, name))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	header := slices.Clone(lines[0])
	for _, line := range lines {
		if err := w.Write(change(header, line)); err != nil {
			t.Fatal(err)
		}
	}
	w.Flush()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestColumnsAreReadByName(t *testing.T) {
	d, dir := example(t), t.TempDir()
	for i := range d.Samples {
		d.Samples[i].Level = "1s"
	}
	d.save(t, dir)
	for _, name := range []string{"samples.csv", "histograms.csv", "losses.csv"} {
		rearrange(t, dir, name, func(_, line []string) []string {
			line = append(slices.Clone(line), "colour") // of a version to come
			slices.Reverse(line)
			return line
		})
	}
	got, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(d, got, cmpopts.EquateNaNs(), cmpopts.IgnoreUnexported(Rows{})); diff != "" {
		t.Errorf("(-written +read):\n%s", diff)
	}
	if _, _, err := Reopen(dir); err == nil || !strings.Contains(err.Error(), `samples.csv:1: unknown column "colour"`) {
		t.Errorf("a run with a column that would be lost is continued: %v", err)
	}
}

// A metric and a reader of an older run have the names of today.
func TestOldNames(t *testing.T) {
	d, dir := example(t), t.TempDir()
	names := map[string]string{"silent": "blackholed", "rss_unforced": "rss_before_gc", "_unforced": "_before_gc", "rss": "rss"}
	old := slices.Sorted(maps.Keys(names))
	for i, name := range old {
		d.Samples[i].Metric = name
	}
	d.Run.Reader, d.Run.Lanes[0].Settings = "awake / greedy", []Setting{{Name: lane.SettingReader, Value: "coalesced"}, {Name: "router", Value: "coalesced"}}
	d.save(t, dir)
	got, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range old {
		if now := got.Samples[i].Metric; now != names[name] {
			t.Errorf("%s is read as %s, want %s", name, now, names[name])
		}
	}
	if settings := got.Run.Lanes[0].Settings; got.Run.Reader != "busy-poll / eager" || settings[0].Value != "batched" || settings[1].Value != "coalesced" {
		t.Errorf("read %q and %v", got.Run.Reader, settings)
	}
}

// A run that was begun before rows named their process and level reads as what it means, and goes on in the columns of today.
func TestOldColumns(t *testing.T) {
	d, dir := example(t), t.TempDir()
	d.save(t, dir)
	want := text(t, dir, "samples.csv")
	for _, name := range []string{"samples.csv", "histograms.csv", "losses.csv"} {
		rearrange(t, dir, name, func(header, line []string) (kept []string) {
			for i, cell := range line {
				if header[i] != "process" && header[i] != "level" {
					kept = append(kept, cell)
				}
			}
			return kept
		})
	}
	got, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(d, got, cmpopts.EquateNaNs(), cmpopts.IgnoreUnexported(Rows{})); diff != "" {
		t.Errorf("(-written +read):\n%s", diff)
	}
	f, _, err := Reopen(dir)
	if err != nil {
		t.Fatal(err)
	}
	added := Sample{Trial: 99, Level: "1s", Process: "proxy-nginx", Source: "process", Metric: "rss"}
	if err := f.Append(Rows{Samples: []Sample{added}}); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if now := text(t, dir, "samples.csv"); !strings.HasPrefix(now, want) {
		t.Errorf("the reopened file is not in today's columns:\n%.200s", now)
	}
	again, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(added, again.Samples[len(again.Samples)-1]); diff != "" {
		t.Errorf("(-appended +read):\n%s", diff)
	}
}

func TestCheckRefusesLevels(t *testing.T) {
	lanes := []Lane{{Name: "tcp"}}
	for _, c := range []struct {
		vary  *Vary
		level string
		want  string // part of the error; empty: none
	}{
		{nil, "", ""},
		{nil, "1s", `trials[0]: "1s" is no level of the run`},
		{&Vary{Key: "k", Levels: []string{"1s", "5s"}}, "5s", ""},
		{&Vary{Key: "k", Levels: []string{"1s", "5s"}}, "", `trials[0]: "" is no level`},
		{&Vary{Key: "k", Levels: []string{"1s", "1s"}}, "1s", `vary.levels[1]: "1s" is empty or there twice`},
		{&Vary{Key: "k"}, "", `vary: "k" with 0 levels varies nothing`},
		{&Vary{Levels: []string{"a"}}, "a", `vary: "" with 1 levels`},
	} {
		err := Run{Lanes: lanes, Vary: c.vary, Trials: []Trial{{Trial: 1, Block: 1, Lane: "tcp", Level: c.level}}}.check()
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%+v, level %q: got %v, want %q", c.vary, c.level, err, c.want)
		}
	}
}

// So do settings, known offsets and the control of an older record.
func TestOldLanes(t *testing.T) {
	var got Run
	old := `{"lanes":[{"name":"a+twin","of":"a","twin":true,"knobs":[{"name":"reader of the load","value":"awake"}],"truths":[{"metric":"reach","adds":-0.1}]}]}`
	if err := json.Unmarshal([]byte(old), &got); err != nil {
		t.Fatal(err)
	}
	want := Lane{Name: "a+twin", Of: "a", Control: true, Settings: []Setting{{Name: lane.SettingReader, Value: "busy-poll"}}, Offsets: []Offset{{Metric: "reach", Adds: -0.1}}}
	if diff := cmp.Diff([]Lane{want}, got.Lanes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
