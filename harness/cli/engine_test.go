package cli

import (
	"runtime"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/lane"
	"github.com/pushbench/pushbench/results"
)

// A run has one engine. A lane that needs goroutines has all lanes read so, and is named; an engine that was asked for is
// kept, or refused.
func TestOneEngineForARun(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("event loops need Linux")
	}
	for _, c := range []struct {
		asked string
		lanes []string
		want  string
		says  string // of the warning, or of the error
	}{
		{"auto", []string{"tcp", "sse-gin", "ws-gorilla-deflate"}, "epoll", ""},
		{"auto", []string{"tcp", "tcp+tls", "sse-h2c"}, "goroutine", "because tcp+tls needs them for TLS:"},
		{"auto", []string{"tcp", "sse-h2c"}, "goroutine", "because sse-h2c needs them for HTTP/2:"},
		{"auto", []string{"sse-gin", "webtransport"}, "goroutine", "because webtransport needs them for QUIC:"},
		{"auto", []string{"sse-gin", "sse-gin-gzip-shared+tls"}, "goroutine", "because sse-gin-gzip-shared+tls needs them for gzip:"},
		{"goroutine", []string{"tcp", "tcp+tls"}, "goroutine", ""},
		{"epoll", []string{"tcp", "tcp+tls"}, "", "lane tcp+tls: engine epoll reads clear text"},
		{"uring", []string{"tcp"}, "", `engine "uring" is none of`},
	} {
		engine, why, err := engineOf(&scenario.Scenario{Lanes: c.lanes, Reader: scenario.ReaderBatched}, c.asked)
		says := ""
		switch {
		case err != nil:
			says = err.Error()
		case !why.None():
			says = why.String()
		}
		if engine != c.want || (says == "") != (c.says == "") || !strings.Contains(says, c.says) {
			t.Errorf("%s for %q: %q and %q, want %q and %q", c.asked, c.lanes, engine, says, c.want, c.says)
		}
	}
}

// What is left of a run is measured with the engine it had; records of before lanes shared one may have two.
func TestTheEngineOfARunThatGoesOn(t *testing.T) {
	on := func(name, engine string) lane.Lane {
		return lane.Lane{Name: name, Settings: []lane.Setting{{Name: lane.SettingEngine, Value: engine}}}
	}
	sc := &scenario.Scenario{Lanes: []string{"tcp", "sse-gin"}, Reader: scenario.ReaderBatched}
	for _, c := range []struct {
		lanes      []lane.Lane
		flag, want string
		says       string
	}{
		{[]lane.Lane{on("tcp", "goroutine"), on("sse-gin", "goroutine")}, "", "goroutine", ""},
		{[]lane.Lane{on("tcp", "goroutine"), on("sse-gin", "goroutine")}, "goroutine", "goroutine", ""},
		{[]lane.Lane{on("tcp", "goroutine"), on("sse-gin", "goroutine")}, "epoll", "", "the load of this run had engine goroutine so far"},
		{[]lane.Lane{on("tcp", "goroutine"), on("sse-gin", "epoll")}, "", "", "lanes on the engines goroutine and epoll"},
	} {
		o := runOptions{engine: c.flag, given: func(string) bool { return c.flag != "" }}
		engine, err := o.recordedEngine(sc, results.Run{Lanes: c.lanes})
		if c.says == "" && (err != nil || engine != c.want) || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("flag %q: %q and %v, want %q and %q", c.flag, engine, err, c.want, c.says)
		}
	}
}
