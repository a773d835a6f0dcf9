package doctor

import (
	"os"
	"strings"
	"testing"
)

// The page has every check and every hop, as the tables have them.
func TestPageHasTheTables(t *testing.T) {
	text, err := os.ReadFile("../../docs/doctor.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	for _, c := range sseChecks() {
		if !strings.Contains(page, c.name) {
			t.Errorf("the check %s is missing", c.name)
		}
	}
	for _, c := range wsChecks() {
		if !strings.Contains(page, c.name) {
			t.Errorf("the check %s is missing", c.name)
		}
	}
	for _, h := range hops() {
		of := "silence"
		if h.whole {
			of = "the whole answer"
		}
		if row := "| [" + h.name + "](" + h.source + ") | " + whole(h.limit) + " | " + of + " | "; !strings.Contains(page, row) {
			t.Errorf("no row begins %q", row)
		}
	}
}
