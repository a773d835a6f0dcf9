package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/rogpeppe/go-internal/testscript"
)

// workflow is what of docs/ci/pushbench.yml a machine of ours can do: its shell. What else GitHub makes of the file, harness/bench
// has checked by a linter.
type workflow struct {
	Env  map[string]string      `yaml:"env"`
	Jobs map[string]workflowJob `yaml:"jobs"`
}

type workflowJob struct {
	Steps []workflowStep `yaml:"steps"`
}

type workflowStep struct {
	ID              string            `yaml:"id"`
	Uses            string            `yaml:"uses"`
	Run             string            `yaml:"run"`
	If              string            `yaml:"if"`
	ContinueOnError bool              `yaml:"continue-on-error"`
	Env             map[string]string `yaml:"env"`
}

// expressions are those of the file that are no shell, with what they are in a script.
var expressions = strings.NewReplacer("${{ github.token }}", "a-token", "${{ github.event.number }}", "7")

// runWorkflow does what a runner of GitHub's does with the steps of docs/ci/pushbench.yml, in the current folder as the checkout:
// workflow NAME=VALUE..., which stand in place of those under env.
func runWorkflow(ts *testscript.TestScript, neg bool, args []string) {
	source, err := os.ReadFile(filepath.Join(ts.Getenv("DOCS"), "ci", "pushbench.yml"))
	ts.Check(err)
	var w workflow
	ts.Check(yaml.Unmarshal(source, &w))
	for name, value := range w.Env {
		ts.Setenv(name, value)
	}
	for _, arg := range args {
		name, value, ok := strings.Cut(arg, "=")
		if _, known := w.Env[name]; !ok || !known {
			ts.Fatalf("the file has no variable %s to change", name)
		}
		ts.Setenv(name, value)
	}
	cache, err := exec.Command("go", "env", "GOCACHE").Output()
	ts.Check(err)
	ts.Setenv("GOCACHE", strings.TrimSpace(string(cache)))
	ts.Check(os.MkdirAll(ts.Getenv("RUNNER_TEMP"), 0o700))
	if failed := w.Jobs["gate"].run(ts); failed != neg {
		ts.Fatalf("the job failed: %v, want %v", failed, neg)
	}
}

// run runs the steps of a job.
func (j workflowJob) run(ts *testscript.TestScript) (failed bool) {
	ran := 0
	for _, step := range j.Steps {
		if step.Uses != "" || step.ID == "install" || failed && step.If == "" { // the script has done these
			continue
		}
		for name, value := range step.Env {
			ts.Setenv(name, shellOnly(ts, value))
		}
		file := filepath.Join(ts.Getenv("RUNNER_TEMP"), "step.sh")
		ts.Check(os.WriteFile(file, []byte(shellOnly(ts, step.Run)), 0o600))
		ran++
		if err := ts.Exec("bash", "-e", file); err != nil && !step.ContinueOnError { // bash -e is what GitHub runs
			failed = true
		}
	}
	if ran < 2 {
		ts.Fatalf("%d steps of the workflow were run, of which it had more", ran)
	}
	return failed
}

// shellOnly is a text with its expressions filled in.
func shellOnly(ts *testscript.TestScript, text string) string {
	text = expressions.Replace(text)
	if left := regexp.MustCompile(`\$\{\{.*?\}\}`).FindString(text); left != "" {
		ts.Fatalf("a step has the expression %s, which has no value here", left)
	}
	return text
}
