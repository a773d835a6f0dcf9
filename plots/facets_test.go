package plots

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/internal/fixture"
)

// Every lane has its colours in one panel, and no panel has more lines than a reader can follow.
func TestFamilies(t *testing.T) {
	var got []string
	for _, f := range Facets(fixture.ManyLanes(26)) {
		var names []string
		for _, l := range f.Lanes {
			names = append(names, l.Name)
		}
		got = append(got, f.Name+": "+strings.Join(names, " "))
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
		lanes, seen := fixture.ManyLanes(n), 0
		for _, f := range Facets(lanes) {
			seen += len(f.Lanes)
			if len(f.Lanes) == 0 || len(f.Lanes) > MostLines {
				t.Errorf("%d lanes: a panel of %d", n, len(f.Lanes))
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
	s := fixture.Usual()
	s.Lanes = fixture.ManyLanes(30)
	d, sum := s.Loaded(t)
	_, err := Render(t.Context(), d, sum.Rows, look)
	fixture.Must(t, err)
}

func TestGoldenManyLanes(t *testing.T) {
	d, sum := fixture.MoreLanes(MostLines).Loaded(t)
	p, err := memoryVsConnections(newView(d, sum.Rows))
	fixture.Must(t, err)
	picture, err := layOut("Many lanes", p).svg()
	fixture.Must(t, err)
	fixture.Golden(t, "many-memory-vs-connections.svg", picture)
}
