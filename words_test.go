package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Words that pushbench no longer uses, each with the one that stands for it.
var retired = map[string]string{
	"conductor": "coordinator", "hearing": "session", "inapplicable": "skip reason", "habits": "profile", "behave": "profile",
	"surroundings": "interference", "troubles": "warnings", "culprit": "neighbour", "culprits": "neighbours", "deafen": "blackhole",
	"carrier": "dialer", "moments": "connection trace", "settle": "the plain verb", "meaning": "validate", "vocabulary": "catalog",
	"choice": "lane override", "filled": "rendered", "unforced": "before_gc", "glance": "overview", "misses": "runners-up",
	"spot": "case", "heat": "group", "obey": "serve", "foreign": "external",
	"truth": "known offset", "truths": "known offset", "twin": "control", "twins": "control", "accuse": "validity check", "accused": "validity check", "accuses": "validity check", "steering": "stopping", "said": "the plain verb", "awake": "busy-poll", "hear": "receive", "heard": "received", "speaks": "protocols", "knob": "setting", "knobs": "setting", "coalesced": "batched", "greedy": "eager",
	"opens": "max connect rate", "beside": "uplink connection", "held": "open, or partial",
}

// Folders in which some of them still stand.
var pending = map[string][]string{
	"truth": {"results/stats/", "results/oldnames.go"}, "truths": {"results/oldnames.go"}, "twin": {"results/oldnames.go"},
	"knobs": {"results/oldnames.go"},
}

// Of these, prose has no use for any other meaning.
var retiredInProse = []string{"conductor", "culprit", "culprits", "inapplicable"}

// One idea has one word, in code and in prose.
func TestRetiredWords(t *testing.T) {
	parts := regexp.MustCompile(`[A-Z]?[a-z]+|[A-Z]+`)
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && path != ".":
			return filepath.SkipDir
		case strings.HasSuffix(path, ".go"):
			f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			ast.Inspect(f, func(n ast.Node) bool {
				id, ok := n.(*ast.Ident)
				if !ok {
					return true
				}
				for _, word := range parts.FindAllString(id.Name, -1) {
					word = strings.ToLower(word)
					if now, old := retired[word]; old && !slices.ContainsFunc(pending[word], func(begin string) bool { return strings.HasPrefix(path, begin) }) {
						t.Errorf("%s: %s: the word is %s now", path, id.Name, now)
					}
				}
				return true
			})
		case path == "README.md", strings.HasPrefix(path, "docs/") && !entry.IsDir(), path == "results/README.md":
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for word := range strings.FieldsFuncSeq(strings.ToLower(string(text)), func(r rune) bool { return r < 'a' || r > 'z' }) {
				if slices.Contains(retiredInProse, word) {
					t.Errorf("%s: %q: the word is %s now", path, word, retired[word])
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
