package fleet

import (
	"strings"
	"testing"
)

// The engine follows the lane, unless it was named; then a lane it cannot carry is refused, not measured otherwise.
func TestTheEngineFollowsTheClient(t *testing.T) {
	sockets := Goroutines
	if hasEpoll {
		sockets = Epoll
	}
	for _, c := range []struct {
		asked   Engine
		carried bool
		want    Engine
		says    string // of the error
	}{
		{Auto, false, sockets, ""},
		{Auto, true, Goroutines, ""},
		{Goroutines, false, Goroutines, ""},
		{Goroutines, true, Goroutines, ""},
		{Epoll, true, "", "leave --engine out"},
		{"uring", false, "", `engine "uring"`},
	} {
		got, err := Options{Engine: c.asked, Reader: Batched}.For(c.carried)
		if got != c.want || (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s, carried %v: %q and %v, want %q and an error with %q", c.asked, c.carried, got, err, c.want, c.says)
		}
	}
}
