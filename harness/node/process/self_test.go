package process

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/pushbench/pushbench/harness/node/machine"
)

// selfVariable makes this binary a program that starts a child when it is told to, or be that child.
const selfVariable = "PUSHBENCH_TEST_SELF"

func askChild() string {
	cpus, err := machine.CPUs()
	if err != nil {
		return err.Error()
	}
	_ = os.Setenv(selfVariable, "child")
	c, err := Start(Options{Label: "child", CPUs: cpus})
	if err != nil {
		return err.Error()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	var answer string
	if err := c.ReadyLine(ctx, nil, &answer); err != nil {
		return err.Error()
	}
	return answer
}

// A build that replaces the binary in the middle of a run, or removes it, changes nothing in what is measured.
func TestChildrenAreOfTheBinaryThatRuns(t *testing.T) {
	for name, replace := range map[string]func(path string) error{
		"removed": os.Remove,
		"replaced": func(path string) error {
			next := path + ".new"
			if err := os.WriteFile(next, []byte("#!/bin/sh\necho '\"another\"'\ncat\n"), 0o700); err != nil { //nolint:gosec // a program
				return err
			}
			return os.Rename(next, path)
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := copyOfMyself(t)
			parent := exec.CommandContext(t.Context(), path)
			parent.Env = append(os.Environ(), selfVariable+"=parent")
			stdin, err := parent.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			stdout, err := parent.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := parent.Start(); err != nil {
				t.Fatal(err)
			}
			lines := bufio.NewScanner(stdout)
			if !lines.Scan() || lines.Text() != "ready" {
				t.Fatalf("the parent says %q", lines.Text())
			}
			if err := replace(path); err != nil {
				t.Fatal(err)
			}
			_, _ = io.WriteString(stdin, "\n")
			if lines.Scan(); lines.Text() != "the same" {
				t.Errorf("the child of a binary that was %s says %q", name, lines.Text())
			}
			_ = stdin.Close()
			if err := parent.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
}

func copyOfMyself(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	from, err := os.Open(self)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	path := filepath.Join(t.TempDir(), "pb")
	to, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o700) //nolint:gosec // a program
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(to, from); err != nil {
		t.Fatal(err)
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}
