package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/report/decision"
)

// document is a page that people copy from.
type document struct{ name, text string }

func documents(t *testing.T) (all []document) {
	t.Helper()
	root := filepath.Join("..", "..")
	names, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no docs: %v", err)
	}
	for _, name := range append(names, filepath.Join(root, "README.md")) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, document{filepath.Base(name), string(text)})
	}
	return all
}

// blocks are the fenced blocks of a language.
func (d document) blocks(language string) (all []string) {
	for _, m := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(d.text, -1) {
		all = append(all, m[1])
	}
	return all
}

// written are the files people write, by a key that only they have at the begin of a line.
func written() map[string]func(source []byte) error {
	return map[string]func(source []byte) error{
		"transport": func(source []byte) error { _, err := scenario.ParseLane("mine.yaml", source); return err },
		"phases":    func(source []byte) error { _, err := scenario.Parse("mine.yaml", source, catalog()); return err },
		"currency":  func(source []byte) error { _, err := decision.ParsePrices("mine.yaml", source); return err },
		"users":     func(source []byte) error { _, _, err := decision.ParseWorkload("mine.yaml", source); return err },
	}
}

// Every file that a page shows can be read as it stands there.
func TestFilesInDocumentsCanBeRead(t *testing.T) {
	read := 0
	for _, d := range documents(t) {
		for _, source := range d.blocks("yaml") {
			known := 0
			for key, parse := range written() {
				if !regexp.MustCompile("(?m)^" + key + ":").MatchString(source) {
					continue
				}
				known++
				if err := parse([]byte(source)); err != nil {
					t.Errorf("%s: %v in\n%s", d.name, err, source)
				}
			}
			if known != 1 {
				t.Errorf("%s: %d kinds of file are like\n%s", d.name, known, source)
			}
			read++
		}
	}
	if read < 4 {
		t.Errorf("%d files, of which there were more", read)
	}
}

// Every command line of a page, in a block or in a sentence, is one that the program takes.
func TestCommandsInDocumentsExist(t *testing.T) {
	tried := 0
	span := regexp.MustCompile("`pushbench ([^`]+)`")
	for _, d := range documents(t) {
		var lines []string
		for _, block := range d.blocks("sh") {
			for line := range strings.Lines(block) {
				line, _, _ = strings.Cut(line, " #")
				for one := range strings.SplitSeq(line, "&&") {
					if arguments, ok := strings.CutPrefix(strings.TrimSpace(one), "bin/pushbench "); ok {
						lines = append(lines, arguments)
					}
				}
			}
		}
		for _, m := range span.FindAllStringSubmatch(d.text, -1) {
			lines = append(lines, m[1])
		}
		for _, line := range lines {
			if err := taken(strings.Fields(line)); err != nil {
				t.Errorf("%s: pushbench %s: %v", d.name, line, err)
			}
			tried++
		}
	}
	if tried < 20 {
		t.Errorf("%d command lines, of which there were more", tried)
	}
}

// taken says why a command line is none.
func taken(line []string) error {
	root := &cobra.Command{Use: "pushbench"}
	for _, c := range []Command{Compare, Run, Report, Decide, Diff, Calibrate, List, Init, Conform, Doctor, Check, Serve, Agent, Node, Link, Publish, Supervise} {
		root.AddCommand(c(Streams{}))
	}
	c, rest, err := root.Find(line)
	if err != nil {
		return err
	}
	if err := c.ParseFlags(rest); err != nil || len(line) == 1 { // a sentence about the command
		return err
	}
	return c.ValidateArgs(c.Flags().Args())
}
