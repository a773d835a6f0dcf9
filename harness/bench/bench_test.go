package main

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/harness/bench/load"
	"github.com/pushbench/pushbench/harness/cli"
)

// The driver runs its own binary as server and client: here that is the test's.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && slices.Contains([]string{"serve", "client", "agent"}, os.Args[1]) {
		os.Exit(bench(os.Args[1:], os.Stdin, cli.Streams{Out: os.Stdout, Err: os.Stderr}))
	}
	// A race-enabled child waits a second at its end for reports of other threads, 28 times in all.
	if err := os.Setenv("GORACE", "atexit_sleep_ms=0"); err != nil {
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// Every case of the table must receive every message of a real server, once, and end by itself.
func TestEveryCaseCountsExactly(t *testing.T) {
	dir := t.TempDir()
	var out, errs strings.Builder
	status := bench([]string{"run", "--blocks", "1", "--connections", "10,20", "--rate", "50", "--messages", "5", "--pairs", "2", "--probed", "20", "--out", dir}, nil, cli.Streams{Out: &out, Err: &errs})
	if status != 0 {
		t.Fatalf("status %d: %s", status, errs.String())
	}
	text, err := os.ReadFile(filepath.Join(dir, "summary.csv"))
	if err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := func(name string) int { return slices.Index(lines[0], name) }
	medians := map[string]string{}
	for _, l := range lines[1:] {
		medians[strings.Join([]string{l[column("scenario")], l[column("lane")], l[column("level")], l[column("metric")]}, " ")] = l[column("median")]
	}
	for _, row := range []string{"own-cost probes 20 cpu_per_message", "own-cost none 20 cpu_per_message", "own-cost probes 20 cpu_per_reading"} {
		if v, err := strconv.ParseFloat(medians[row], 64); err != nil || v <= 0 {
			t.Errorf("%s is %q", row, medians[row])
		}
	}
	if !strings.Contains(out.String(), "cpu_per_message at 20  none") {
		t.Errorf("nothing about what the probes cost in\n%s", out.String())
	}
	for _, g := range load.Groups() {
		for _, c := range g.Cases {
			for _, n := range []string{"10", "20"} {
				if medians[g.Name+" "+c.Name+" "+n+" reach"] != "1" {
					t.Errorf("%s/%s at %s connections: not every message was counted once", g.Name, c.Name, n)
				}
			}
			if !strings.Contains(out.String(), "  "+c.Name+"  ") {
				t.Errorf("the table does not show %s/%s", g.Name, c.Name)
			}
		}
	}
}

// A run of some cases has those, what their ratios are relative to, and nothing else.
func TestSomeCases(t *testing.T) {
	dir := t.TempDir()
	var out, errs strings.Builder
	status := bench([]string{"run", "--only", "sse-client/epoll", "--blocks", "1", "--connections", "10", "--rate", "50", "--messages", "2", "--out", dir}, nil, cli.Streams{Out: &out, Err: &errs})
	if status != 0 {
		t.Fatalf("status %d: %s", status, errs.String())
	}
	text, err := os.ReadFile(filepath.Join(dir, "summary.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for part, want := range map[string]bool{
		"sse-client,epoll,10,opened_ratio_to_connect,1,1,": true, "sse-client,scanner,": true, "sse-client,connect,": true,
		"sse-client,goroutine,": false, "websocket-client": false, "own-cost": false,
	} {
		if strings.Contains(string(text), part) != want {
			t.Errorf("%q is there: %v; want %v", part, !want, want)
		}
	}
}

func TestMistakesAreNamed(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"client", "--group", "sse-client", "--case", "curl", "--url", "http://127.0.0.1:1/"}, "no case sse-client/curl: there are websocket-client/gorilla"},
		{[]string{"client", "--group", "sse-client", "--case", "scanner", "--url", "x"}, `--url "x" is not a URL`},
		{[]string{"run", "--connections", "20000000"}, "are not counts in [1, 19000]"},
		{[]string{"run", "--blocks", "0"}, "must be positive"},
		{[]string{"run", "--pairs", "0"}, "0 pairs with 5000 probed connections"},
		{[]string{"run", "--only", "sse-client/curl"}, "--only sse-client/curl fits no case: there are websocket-client/gorilla"},
		{[]string{"run", "--micro", "no-such-file", "--blocks", "1"}, "no-such-file"},
	} {
		var errs strings.Builder
		if status := bench(c.args, strings.NewReader(""), cli.Streams{Out: &errs, Err: &errs}); status == 0 || !strings.Contains(errs.String(), c.want) {
			t.Errorf("%v: status %d, %q does not say %q", c.args, status, errs.String(), c.want)
		}
	}
}
