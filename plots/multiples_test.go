package plots

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/results"
)

// Every lane has its colours in one panel, and no panel has more lines than a reader can follow.
func TestFamilies(t *testing.T) {
	var got []string
	for _, f := range families(manyLanes(26)) {
		var names []string
		for _, l := range f.lanes {
			names = append(names, l.Name)
		}
		got = append(got, f.name+": "+strings.Join(names, " "))
	}
	want := []string{
		"websocket, 1 of 2: ws-gorilla ws-gorilla-chat ws-gorilla-inhandler ws-gorilla-pool ws-gorilla-deflate",
		"websocket, 2 of 2: ws-gorilla-deflate-each ws-coder ws-gws ws-gobwas-epoll",
		"sse, 1 of 2: sse-gin sse-nethttp sse-gin-ssevent sse-hijack sse-epoll",
		"sse, 2 of 2: sse-h2 sse-h2c sse-gin-gzip sse-gin-gzip-shared",
		"ndjson, longpoll, poll, tcp: stream-ndjson longpoll poll tcp tcp-epoll",
		"webtransport, mqtt: webtransport webtransport-datagram a-lane-of-tomorrow",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for n := range 60 {
		lanes, seen := manyLanes(n), 0
		for _, f := range families(lanes) {
			seen += len(f.lanes)
			if len(f.lanes) == 0 || len(f.lanes) > mostLines {
				t.Errorf("%d lanes: a panel of %d", n, len(f.lanes))
			}
		}
		if seen != n {
			t.Errorf("%d lanes: %d have a panel", n, seen)
		}
	}
}

// A run of all lanes, to be looked at: PUSHBENCH_LOOK=DIR go test ./plots -run ManyLanes writes its charts there.
func TestManyLanes(t *testing.T) {
	look := os.Getenv("PUSHBENCH_LOOK")
	if look == "" {
		t.Skip("nobody looks: TestShapes draws as many lanes")
	}
	s := usual()
	s.lanes = manyLanes(30)
	dir := s.write(t)
	_, _, err := Write(t.Context(), dir, nil)
	must(t, err)
	for name, b := range files(t, dir) {
		must(t, os.WriteFile(filepath.Join(look, filepath.Base(name)), b, 0o644))
	}
}

// The report of more lanes than a page is wide.
func TestReportOfManyLanes(t *testing.T) {
	s := usual()
	s.lanes = append(manyLanes(mostLines), threeLanes()[1:]...)
	s.noHDR = true
	d, err := results.Load(s.write(t))
	must(t, err)
	sum, err := results.Summarize(d)
	must(t, err)
	var report bytes.Buffer
	must(t, Report(d, sum, nil, nil, &report))
	golden(t, "many.md", report.Bytes())
	p, err := memoryVsConnections(newView(d, sum.Rows))
	must(t, err)
	picture, err := layOut("Many lanes", p).svg()
	must(t, err)
	golden(t, "many-memory-vs-connections.svg", picture)
}
