package servers

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table of lanes into docs/lanes.md")

const (
	lanesPage  = "../docs/lanes.md"
	tableStart = "<!-- lanes: written by go test ./servers -update -->\n"
	tableEnd   = "<!-- end of lanes -->\n"
)

func lanesTable() string {
	var b strings.Builder
	b.WriteString("| lane | transport | tag | what it is |\n|---|---|---|---|\n")
	for _, l := range Lanes() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", l.Name, l.Transport, l.Tag, strings.ReplaceAll(l.About, "|", `\|`))
	}
	return b.String()
}

func TestDocsHaveTheLanes(t *testing.T) {
	text, err := os.ReadFile(lanesPage)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(text), tableStart)
	table, tail, ok2 := strings.Cut(rest, tableEnd)
	if !ok || !ok2 {
		t.Fatal("docs/lanes.md has lost the marks around its table of lanes")
	}
	if *update {
		if err := os.WriteFile(lanesPage, []byte(head+tableStart+lanesTable()+tableEnd+tail), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if table != lanesTable() {
		t.Error("docs/lanes.md is behind the table of lanes: go test ./servers -update writes it")
	}
}
