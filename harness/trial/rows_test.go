package trial

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// Whatever a trial counts has a row that results/README.md explains where it says what the load counted.
func TestTheREADMEHasTheCounts(t *testing.T) {
	readme, err := os.ReadFile("../../results/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(readme), "\n### What the load counted\n")
	section, _, _ = strings.Cut(section, "\n### ")
	for metric := range written(t) {
		if !strings.Contains(section, "`"+metric+"`") {
			t.Errorf("it does not name %s", metric)
		}
	}
}

// written are the metrics of the load and of the coordinator: those of the tables, and those that stand in a call.
func written(t *testing.T) map[string]bool {
	r := rows{}
	for _, kind := range []string{wire.RowsOfMessages, wire.RowsOfClients, wire.RowsOfTLS, wire.RowsOfUplinks} {
		r.counts("steady", 1, kind, wire.Counts{})
	}
	names := map[string]bool{results.Woken: true}
	for _, s := range r.Samples {
		names[s.Metric] = true
	}
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	call := regexp.MustCompile(`\.sample\(.*, source(?:Agent|Trial), "([a-z_]+)"`)
	for _, path := range sources {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range call.FindAllStringSubmatch(string(text), -1) {
			names[m[1]] = true
		}
	}
	if !names["agent_cpu"] || !names["overtaken"] {
		t.Fatalf("a call or a table was not seen: %v", names)
	}
	return names
}
