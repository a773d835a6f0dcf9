package scenario

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestEmbeddedScenarios(t *testing.T) {
	if got, want := Embedded(), []string{"calibrate", "calibrate-layers", "calibrate-stall", "calibrate-twin", "compare", "compression", "crowd", "full", "payloads", "peers", "quick", "reach", "reconnect", "silent-death", "slow-readers", "smoke", "stall", "storm", "uplink"}; !slices.Equal(got, want) {
		t.Fatalf("%v, want %v", got, want)
	}
	known := withEmbedded(vocabulary())
	for _, name := range Embedded() {
		s, err := Load(name, known)
		if err != nil {
			t.Fatal(err)
		}
		if s.Name != name || s.File != name+".yaml" || s.Source == "" || s.Description == "" {
			t.Errorf("%s: name %q, file %q, description %q", name, s.Name, s.File, s.Description)
		}
		if beats := s.Idle / s.Heartbeat.Every; s.Idle > 0 && beats < 1 {
			t.Errorf("%s: the idle phase holds %d heartbeats", name, beats)
		}
	}
}

// withEmbedded adds what only embedded scenarios name; that the tables have it is tested where they are known.
func withEmbedded(v Vocabulary) Vocabulary {
	v.Lanes = append(slices.Clone(v.Lanes), "ws-gorilla-deflate", "ws-gorilla-deflate-each", "sse-gin-gzip", "sse-gin-gzip-shared",
		"ws-gobwas-epoll", "ws-gorilla-pool", "sse-epoll")
	v.Metrics = append(v.Metrics, "wire_bytes_per_message", "delivery_latency_p50", "delivery_latency_p99", "compared")
	return v
}

// Processes need time beside the schedule: half a second for each trial was measured, three quarters leave room.
func TestQuickEndsInTime(t *testing.T) {
	s, err := Load("quick", vocabulary())
	if err != nil {
		t.Fatal(err)
	}
	trials := time.Duration(len(s.Plan(s.Blocks)))
	if total := trials * (s.Duration() + 750*time.Millisecond); total > time.Minute {
		t.Errorf("%d trials of %v take %v", trials, s.Duration(), total)
	}
}

func TestLoadFile(t *testing.T) {
	const source = "lanes: [tcp]\nconnections: [1]\n"
	path := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(path, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Load(path, vocabulary())
	if err != nil {
		t.Fatal(err)
	}
	if s.Name != "mine" || s.File != path || s.Source != source {
		t.Errorf("got %+v", s)
	}
	if err := os.WriteFile(path, []byte("lanes: [tcp]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err = Load(path, vocabulary()); !errors.As(err, new(Mistakes)) || !strings.HasPrefix(err.Error(), path+":1:1: ") {
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
		if _, err := Load(name, vocabulary()); err == nil || err.Error() != want {
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
		_, err := Load(path, vocabulary())
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
