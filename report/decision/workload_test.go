package decision

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/internal/fixture"
	"github.com/pushbench/pushbench/internal/strict"
	"github.com/pushbench/pushbench/results"
)

const usualAndPeak = `users: 20000
rate: 1
size: 300B
client_rate: 0.1
reconnects: 6/h
p99: 250ms
path: tls
lanes: [ws-gorilla+tls, sse-gin+tls]
loads:
  - {name: peak, users: 30000, rate: 5, p99: 1s}
  - {name: deploy, reconnects: 60}
  - {name: large, size: 2KiB, client_rate: 0}
`

func TestParseWorkload(t *testing.T) {
	got, lanes, err := ParseWorkload("workload.yaml", []byte(usualAndPeak))
	fixture.Must(t, err)
	load := func(name string, change func(*results.Workload)) results.Demand {
		w := results.Workload{Users: 20000, Rate: 1, Size: 300, ClientRate: 0.1, Reconnects: 6, P99: 250 * time.Millisecond}
		change(&w)
		return results.Demand{Name: name, Workload: w}
	}
	want := load("", func(w *results.Workload) { w.Path = results.PathTLS }).Workload
	want.Loads = []results.Demand{
		load("peak", func(w *results.Workload) { w.Users, w.Rate, w.P99 = 30000, 5, time.Second }),
		load("deploy", func(w *results.Workload) { w.Reconnects = 60 }),
		load("large", func(w *results.Workload) { w.Size, w.ClientRate = 2048, 0 }),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"ws-gorilla+tls", "sse-gin+tls"}, lanes); diff != "" {
		t.Error(diff)
	}
	fixture.Must(t, got.Check())
}

func TestDefaultsOfAWorkload(t *testing.T) {
	got, lanes, err := ParseWorkload("workload.yaml", []byte("users: 5\nrate: 0.5\nloads: [{name: peak, rate: 2}]\n"))
	fixture.Must(t, err)
	usual := results.Workload{Users: 5, Rate: 0.5, Size: 128}
	peak := usual
	peak.Rate = 2
	usual.Loads = []results.Demand{{Name: "peak", Workload: peak}}
	if diff := cmp.Diff(usual, got); diff != "" || len(lanes) > 0 {
		t.Errorf("%s%v", diff, lanes)
	}
}

func TestErrorsOfWorkloads(t *testing.T) {
	files, err := filepath.Glob("testdata/badworkload/*.yaml")
	fixture.Must(t, err)
	if len(files) == 0 {
		t.Fatal("no files")
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			source, err := os.ReadFile(file)
			fixture.Must(t, err)
			if _, _, err = ParseWorkload(filepath.Base(file), source); err == nil {
				t.Fatal("parsed")
			}
			fixture.Golden(t, "badworkload/"+strings.TrimSuffix(filepath.Base(file), ".yaml")+".golden", []byte(err.Error()+"\n"))
		})
	}
}

// Whatever a file holds is a workload that can be measured, or has errors with a position.
func FuzzWorkload(f *testing.F) {
	f.Add(usualAndPeak)
	f.Add("users: 1\nrate: 1e-9\nloads: [{name: a}, {name: a}]")
	f.Add("users: 1\nrate: .inf\nsize: 99999999999999999999MiB")
	f.Add("loads: {name: [}]")
	f.Fuzz(func(t *testing.T, source string) {
		w, _, err := ParseWorkload("workload.yaml", []byte(source))
		if wrong := strict.Errors(nil); errors.As(err, &wrong) {
			return
		}
		fixture.Must(t, err)
		fixture.Must(t, w.Check())
		if _, err := Scenario(w, false); err != nil {
			t.Error(err)
		}
	})
}
