package results

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// edited is a copy of the example's folder with another record.
func edited(t testing.TB, record string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{samplesFile().name, histogramsFile().name, lossesFile().name} {
		b, err := os.ReadFile(filepath.Join("testdata", "example", name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, runFile), []byte(record), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// with is the example's record with other values of some keys.
func with(t testing.TB, keys map[string]string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "example", runFile))
	if err != nil {
		t.Fatal(err)
	}
	record := map[string]json.RawMessage{}
	if err := json.Unmarshal(b, &record); err != nil {
		t.Fatal(err)
	}
	for key, value := range keys {
		record[key] = json.RawMessage(value)
	}
	b, err = json.Marshal(record)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Whatever somebody wrote into a record: one line that says what is wrong with it.
func TestRecordsOfNoRun(t *testing.T) {
	for name, c := range map[string]struct{ record, want string }{
		"nothing":           {"", "run.json: unexpected end of JSON input"},
		"null":              {"null", "run.json: holds no run: it names no lane"},
		"an empty object":   {"{}", "run.json: holds no run: it names no lane"},
		"a list":            {"[]", "run.json: json: cannot unmarshal array"},
		"no lanes":          {with(t, map[string]string{"lanes": "[]"}), "run.json: holds no run: it names no lane"},
		"many planned":      {with(t, map[string]string{"planned": "4611686018427387904"}), "run.json: planned 4611686018427387904 is not a number of trials"},
		"fewer than none":   {with(t, map[string]string{"planned": "-12"}), "run.json: planned -12 is not a number of trials"},
		"less than none":    {with(t, map[string]string{"relevant": "-1"}), "run.json: relevant -1 is no share from 0 to 100"},
		"all is the same":   {with(t, map[string]string{"relevant": "1e300"}), "run.json: relevant 1e+300 is no share from 0 to 100"},
		"a lane twice":      {with(t, map[string]string{"lanes": `[{"name":"a"},{"name":"a"}]`}), `run.json: lanes[1]: "a" is there twice`},
		"a trial below one": {with(t, map[string]string{"trials": `[{"trial":-5,"block":1}]`}), "run.json: trials[0]: trial -5 of block 1: both count from 1"},
		"a block below one": {with(t, map[string]string{"trials": `[{"trial":5,"block":0}]`}), "run.json: trials[0]: trial 5 of block 0: both count from 1"},
		"drops of none":     {with(t, map[string]string{"lanes": `[{"name":"a","drops":{"every":0,"of":1}}]`}), "run.json: lanes[0]: \"a\" drops one message of 0"},
	} {
		_, err := Load(edited(t, c.record))
		record := RecordError{}
		if err == nil || !errors.As(err, &record) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// Records that are odd, and no more: all lanes the first one once more, a lane that is its own control.
func TestOddRecords(t *testing.T) {
	for name, lanes := range map[string]string{
		"all are controls of the first": `[{"name":"ws-gorilla","twin":true,"of":"ws-gorilla"},{"name":"sse-gin","twin":true,"of":"ws-gorilla"}]`,
		"only controls of another":      `[{"name":"ws-gorilla","twin":true,"of":"sse-gin"},{"name":"sse-gin","twin":true,"of":"ws-gorilla"}]`,
	} {
		d, err := Load(edited(t, with(t, map[string]string{"lanes": lanes})))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if len(d.Run.Compared()) == 0 {
			t.Errorf("%s: there is nobody to compare", name)
		}
		summarizeAll(t, d)
	}
}

func summarizeAll(t testing.TB, d *Data) {
	t.Helper()
	m, err := Measure(t.Context(), d)
	if err != nil {
		return // it names what is wrong
	}
	m.Summary(d.Run)
	m.Calibrate(d)
}

// No value of a key of the record makes anything panic.
func FuzzRecord(f *testing.F) {
	values := map[string]string{
		"planned": "-1", "lanes": `[{"name":"a","row":-7,"truths":[{"metric":"reach","adds":-1}]}]`, "broadcasts": `["x","x"]`,
		"metrics": `["reach@x","y"]`, "trials": `[{"trial":1,"block":9223372036854775807,"status":"ok"}]`, "uplinks": `["steady"]`,
		"precision": `{"until_precise":-1}`, "stalls": `{"steady":-1}`, "relevant": "100",
	}
	for _, key := range []string{"planned", "lanes", "broadcasts", "metrics", "trials", "uplinks", "precision", "stalls", "relevant"} {
		f.Add(key, values[key])
	}
	base, err := Load(filepath.Join("testdata", "example"))
	if err != nil {
		f.Fatal(err)
	}
	base.Histograms = nil // they take their time
	f.Fuzz(func(t *testing.T, key, value string) {
		if !json.Valid([]byte(value)) {
			t.Skip()
		}
		d := &Data{Rows: base.Rows}
		if json.Unmarshal([]byte(with(t, map[string]string{key: value})), &d.Run) != nil {
			t.Skip()
		}
		d.Run.clean()
		if d.Run.check() != nil {
			t.Skip()
		}
		summarizeAll(t, d)
	})
}
