package scenario

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/strict"
)

func TestLoadFile(t *testing.T) {
	const source = "lanes: [tcp]\n" + oneRamp
	path := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(path, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Load(path, catalog())
	if err != nil {
		t.Fatal(err)
	}
	if s.Name != "mine" || s.File != path || s.Source != source {
		t.Errorf("got %+v", s)
	}
	if err := os.WriteFile(path, []byte("lanes: [tcp]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err = Load(path, catalog()); !errors.As(err, new(strict.Errors)) || !strings.HasPrefix(err.Error(), path+":1:1: ") {
		t.Errorf("got %v", err)
	}
}

func TestLoadNothing(t *testing.T) {
	t.Chdir(t.TempDir())
	embedded := strings.Join(Embedded(), ", ")
	for name, want := range map[string]string{
		"comparr":   `no scenario "comparr": embedded are ` + embedded + `; a file of your own ends in .yaml`,
		"mine.yaml": `scenario: open mine.yaml: no such file or directory: embedded are ` + embedded,
		"./mine":    `scenario: open ./mine: no such file or directory: embedded are ` + embedded,
		".":         `scenario: read .: is a directory: embedded are ` + embedded,
		"":          `no scenario "": embedded are ` + embedded + `; a file of your own ends in .yaml`,
	} {
		if _, err := Load(name, catalog()); err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", name, err, want)
		}
	}
}

// Nobody may ever write to a pipe: a file of that kind is refused, and not waited for.
func TestLoadPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe.yaml")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip(err)
	}
	failed := make(chan error, 1)
	go func() {
		_, err := Load(path, catalog())
		failed <- err
	}()
	select {
	case err := <-failed:
		if err == nil || !strings.Contains(err.Error(), "pipe.yaml is a pipe or a device") {
			t.Errorf("got %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("waits for somebody to write")
	}
}
