package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/rhysd/actionlint"
)

// The workflow that people copy is one: its keys, its expressions, and the inputs of the actions it uses. That its shell does what
// it is to, a script of harness/cli shows.
func TestWorkflowIsOne(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "ci", "pushbench.yml")
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, mistake := range []struct{ old, new string }{
		{}, {"fetch-depth:", "fetch-dept:"}, {"runs-on:", "run-on:"}, {"github.token", "github.tokn"},
	} {
		broken := bytes.Replace(source, []byte(mistake.old), []byte(mistake.new), 1)
		linter, err := actionlint.NewLinter(io.Discard, &actionlint.LinterOptions{})
		if err != nil {
			t.Fatal(err)
		}
		found, err := linter.Lint(path, broken, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(found) > 0 != (mistake.old != "") {
			t.Errorf("%q for %q: %v", mistake.new, mistake.old, found)
		}
	}
}
