package plots

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/internal/fixture"
)

// Every lane is in one table, and no table has more than a page is wide.
func TestFacets(t *testing.T) {
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
				t.Errorf("%d lanes: a table of %d", n, len(f.Lanes))
			}
		}
		if seen != n {
			t.Errorf("%d lanes: %d have a table", n, seen)
		}
	}
}
