package servers

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table of lanes into README.md")

const (
	readme     = "../README.md"
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

func TestReadmeHasTheLanes(t *testing.T) {
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(text), tableStart)
	table, tail, ok2 := strings.Cut(rest, tableEnd)
	if !ok || !ok2 {
		t.Fatal("README.md has lost the marks around its table of lanes")
	}
	if *update {
		if err := os.WriteFile(readme, []byte(head+tableStart+lanesTable()+tableEnd+tail), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if table != lanesTable() {
		t.Error("README.md is behind the table of lanes: go test ./servers -update writes it")
	}
}
