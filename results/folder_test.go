package results

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestWhatIsWrittenIsRead(t *testing.T) {
	d := example(t)
	d.Samples[0].Lane = `odd, "quoted" µ`
	d.Samples[1].Value = math.NaN() // unknown
	d.Samples[2].Value = 1.0 / 3
	for i := range d.Samples { // not all of these survive a float that is cut instead of rounded
		d.Samples[i].At = time.Duration(i) * 12345678901 * time.Nanosecond
	}
	dir := filepath.Join(t.TempDir(), "a", "run")
	d.save(t, dir)
	got, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(d, got, cmpopts.EquateNaNs(), cmpopts.IgnoreUnexported(Rows{})); diff != "" {
		t.Errorf("(-written +read):\n%s", diff)
	}
}

// An attempt that died before it was recorded in run.json has used its number all the same.
func TestNextTrial(t *testing.T) {
	for _, c := range []struct {
		d    Data
		want int
	}{
		{Data{}, 1},
		{Data{Run: Run{Trials: []Trial{{Trial: 7}, {Trial: 3}}}}, 8},
		{Data{Run: Run{Trials: []Trial{{Trial: 7}}}, Rows: Rows{Samples: []Sample{{Trial: 8}, {Trial: 2}}}}, 9},
		{Data{Rows: Rows{Samples: []Sample{{Trial: 8}}, Histograms: []HistogramRow{{Trial: 9}, {Trial: 1}}}}, 10},
	} {
		if got := c.d.NextTrial(); got != c.want {
			t.Errorf("got %d, want %d", got, c.want)
		}
	}
}

func TestCreateRefuses(t *testing.T) {
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "notes.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(full); err == nil || !strings.Contains(err.Error(), "is not empty") {
		t.Errorf("folder with a file: %v", err)
	}
	if _, err := Create(filepath.Join(full, "notes.txt", "run")); err == nil {
		t.Error("folder below a file: no error")
	}
	if _, _, err := Reopen(t.TempDir()); err == nil {
		t.Error("reopened a folder that is no run")
	}
}

func TestAppendRefusesLineBreaks(t *testing.T) {
	dir := t.TempDir()
	f, err := Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	err = f.Append(Rows{Samples: []Sample{{Lane: "good"}, {Lane: "two\nlines"}}})
	if err == nil || !strings.Contains(err.Error(), `samples.csv: row 2: lane "two\nlines" holds a line break`) {
		t.Errorf("got %v", err)
	}
	if got := text(t, dir, "samples.csv"); got != string(samplesFile().header()) {
		t.Errorf("file holds %q, want the header alone", got)
	}
}

// A crash may cut the last line at any byte. Whatever is left must load, and can be continued.
func TestCrashInTheMiddleOfALine(t *testing.T) {
	d := example(t)
	d.Samples, d.Histograms = d.Samples[:3], d.Histograms[:2]
	d.Losses = []Loss{{Lane: "tcp", Trial: 1, Phase: "burst", Message: 41, Missed: 4}, {Lane: "tcp", Trial: 1, Phase: "burst", Message: 42, Missed: 6}}
	whole := t.TempDir()
	d.Run.Trials = d.Run.Trials[:1]
	d.save(t, whole)
	for _, name := range []string{"samples.csv", "histograms.csv", "losses.csv"} {
		full := text(t, whole, name)
		last := strings.LastIndex(strings.TrimSuffix(full, "\n"), "\n") + 1
		for cut := last + 1; cut < len(full); cut += 7 {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(whole)); err != nil {
				t.Fatal(err)
			}
			if err := os.Truncate(filepath.Join(dir, name), int64(cut)); err != nil {
				t.Fatal(err)
			}
			afterCrash(t, dir, name, d)
			if got := text(t, dir, name); got != full {
				t.Fatalf("%s cut at %d and continued:\n%s", name, cut, cmp.Diff(full, got))
			}
		}
	}
}

// afterCrash loads the folder, whose file has lost its last row, and appends that row again.
func afterCrash(t *testing.T, dir, name string, d *Data) {
	t.Helper()
	last := map[string]Rows{
		"samples.csv":    {Samples: d.Samples[2:]},
		"histograms.csv": {Histograms: d.Histograms[1:]},
		"losses.csv":     {Losses: d.Losses[1:]},
	}[name]
	got, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{name + ": the last line was cut short and is left out"}
	if diff := cmp.Diff(want, Texts(got.Run.Warnings)); diff != "" {
		t.Fatalf("warnings (-want +got):\n%s", diff)
	}
	if missing := size(d.Rows) - size(got.Rows); missing != 1 {
		t.Fatalf("%d rows are missing, want 1", missing)
	}
	f, _, err := Reopen(dir)
	if err != nil {
		t.Fatal(err)
	}
	if mended, err := Load(dir); err != nil || len(mended.Run.Warnings) > 0 {
		t.Fatalf("reopened folder: %v, warnings %q", err, mended.Run.Warnings)
	}
	if err := f.Append(last); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestLoadNamesTheCell(t *testing.T) {
	whole := t.TempDir()
	d := example(t)
	d.save(t, whole)
	for _, c := range []struct{ file, old, broken, want string }{
		{"samples.csv", ",9e+06\n", ",9e6x\n", `samples.csv:2:value: "9e6x" is not a number`},
		{"samples.csv", ",1.5,", ",,", `samples.csv:2:at_s: "" is not a time`},
		{"samples.csv", ",1,1,0,", ",1,-1,0,", `samples.csv:2:trial: "-1" is not a count`},
		{"samples.csv", "\nexample", "\nexample,more", `samples.csv:2: wrong number of fields`},
		{"samples.csv", "at_s", "at_ms", `samples.csv:1: no column "at_s"`},
		{"histograms.csv", ",hdr\n", ",HDR\n", `histograms.csv:1: no column "hdr"`},
		{"losses.csv", "missed", "", `losses.csv:1: no column "missed"`},
		{"histograms.csv", ",1500,", ",1501,", `histograms.csv:2:hdr: histogram holds 1500 values, count says 1501`},
		{"histograms.csv", ",HISTF", ",HISTG", `histograms.csv:2:hdr: decode histogram: `},
		{"run.json", `"seed": 7`, `"seed": -7`, `run.json: `},
	} {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(whole)); err != nil {
			t.Fatal(err)
		}
		old := text(t, dir, c.file)
		broken := strings.Replace(old, c.old, c.broken, 1)
		if broken == old {
			t.Errorf("%s holds no %q to break", c.file, c.old)
		}
		if err := os.WriteFile(filepath.Join(dir, c.file), []byte(broken), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s with %q: got %v, want %s", c.file, c.broken, err, c.want)
		}
	}
}

func size(r Rows) int { return len(r.Samples) + len(r.Histograms) + len(r.Losses) }

func FuzzLoad(f *testing.F) {
	s, h, l := string(samplesFile().header()), string(histogramsFile().header()), string(lossesFile().header())
	f.Add("{}", s+"r,s,l,v,1,2,3,level,1.5,server,process,rss,B,42\n", h+"r,s,l,v,1,2,3,ramp,load,agent,handshake,ns,0,\n", l+"r,s,l,v,1,2,3,p,4,5\n")
	f.Add(`{"lanes":[{"name":"l"}],"trials":[{"trial":2,"lane":"l","status":"ok"}]}`, s+"r,s,l,,1,2,3,level,1.5", h+`"`, l)
	f.Add(`{"trials":null}`, "", "\n", "\n")
	f.Fuzz(func(t *testing.T, run, samples, histograms, losses string) {
		dir := t.TempDir()
		for name, data := range map[string]string{"run.json": run, "samples.csv": samples, "histograms.csv": histograms, "losses.csv": losses} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		d, err := Load(dir)
		if err != nil {
			return
		}
		if _, err := summaryOf(d); err != nil {
			t.Fatalf("Load took a run that cannot be measured: %v", err)
		}
		// What was read can be written, and reads the same: nothing got lost on the way in.
		again := filepath.Join(dir, "again")
		folder, err := Create(again)
		if err != nil {
			t.Fatal(err)
		}
		if err := folder.Append(d.Rows); err != nil {
			if strings.Contains(err.Error(), "line break") {
				return // a quoted cell of a foreign program
			}
			t.Fatal(err)
		}
		if err := folder.SaveRun(d.Run); err != nil {
			t.Fatal(err)
		}
		if err := folder.Close(); err != nil {
			t.Fatal(err)
		}
		copied, err := Load(again)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(d, copied, cmpopts.IgnoreUnexported(Rows{}), cmpopts.EquateNaNs(), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("(-first +second):\n%s", diff)
		}
	})
}
