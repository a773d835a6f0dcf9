package driver

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The section of results/README.md has the columns, and the committed file too.
func TestColumnsAreDocumented(t *testing.T) {
	readme, err := os.ReadFile("../../../results/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(readme), "\n## bench/latest.csv\n")
	section, _, _ = strings.Cut(section, "\n## ")
	var documented []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\|").FindAllStringSubmatch(section, -1) {
		documented = append(documented, m[1])
	}
	if !slices.Equal(documented, Columns()) {
		t.Errorf("documented %v, written %v", documented, Columns())
	}
	latest, err := os.ReadFile("../../../results/bench/latest.csv")
	if err != nil {
		t.Fatal(err)
	}
	if head, _, _ := strings.Cut(string(latest), "\n"); head != strings.Join(Columns(), ",") {
		t.Errorf("latest.csv begins with %s", head)
	}
}
