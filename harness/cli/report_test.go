package cli

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// runOf is a copy of a committed run with another record; empty: its own.
func runOf(t *testing.T, record string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("..", "..", "results", "testdata", "example"))); err != nil {
		t.Fatal(err)
	}
	if record != "" {
		if err := os.WriteFile(filepath.Join(dir, "run.json"), []byte(record), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// A record of no run is a mistake in what was asked for: one line, and status 2.
func TestReportOfNoRun(t *testing.T) {
	for record, want := range map[string]string{
		"null": "run.json: holds no run: it names no lane",
		"{}":   "run.json: holds no run: it names no lane",
		"{":    "run.json: unexpected end of JSON input",
		`{"lanes": [{"name": "a"}], "planned": 1000000000000000}`: "run.json: planned 1000000000000000 is not a number of trials",
	} {
		dir := runOf(t, record)
		for _, args := range [][]string{{"report", dir}, {"diff", dir, dir}, {"compare", "--resume", dir}} {
			var out, errs bytes.Buffer
			status := Main(args, Streams{&out, &errs}, []Command{Report, Diff, Compare})
			if status != exitUsage || !strings.HasSuffix(strings.TrimSuffix(errs.String(), "\n"), want) || strings.Count(errs.String(), "\n") != 1 || out.Len() > 0 {
				t.Errorf("%v of %s: status %d, %q, %q", args, record, status, errs.String(), out.String())
			}
		}
	}
}

// A report that is interrupted ends, with one line.
func TestReportEndsWhenInterrupted(t *testing.T) {
	dir := runOf(t, "")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	cmd := Report(Streams{&bytes.Buffer{}, &bytes.Buffer{}})
	cmd.SetArgs([]string{dir})
	if err := cmd.ExecuteContext(ctx); err == nil || !strings.HasPrefix(err.Error(), "interrupted") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "report.md")); err == nil {
		t.Error("the report was written")
	}
}

// An error that quotes what others wrote is one harmless line for each of its own.
func TestErrorsArePlain(t *testing.T) {
	var errs bytes.Buffer
	if got := status(&errs, errors.New("server said \x1b]0;title\a\x1b[2J\r: refused\nanother one")); got != exitFailure {
		t.Errorf("status %d", got)
	}
	if want := "pushbench: server said  ]0;title  [2J : refused\npushbench: another one\n"; errs.String() != want {
		t.Errorf("got %q, want %q", errs.String(), want)
	}
}
