package servers

import (
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/internal/lane"
	"github.com/pushbench/pushbench/servers/calibration"
	"github.com/pushbench/pushbench/servers/hub"
)

func TestLaneByName(t *testing.T) {
	for _, c := range []struct {
		name string
		of   string // the lane without its last option of known cost; empty: it has none
		says string // of the error; empty: none
	}{
		{"sse-gin", "", ""},
		{"sse-gin+tls", "", ""},
		{"sse-gin+control", "sse-gin", ""},
		{"sse-gin+tls+control", "sse-gin+tls", ""},
		{"sse-gin+control+tls", "sse-gin+tls", ""},
		{"sse-gin+burn+ballast", "sse-gin+burn", ""},
		{"tcp+tls+delay", "tcp+tls", ""},
		{"", "", `no lane ""`},
		{"+tls", "", `no lane ""`},
		{"pigeon+tls", "", `no lane "pigeon"`},
		{"sse-gin+", "", `no option "+"`},
		{"sse-gin+tsl", "", `sse-gin has no option "+tsl"`},
		{"sse-gin+tls+tls", "", "option +tls is there twice"},
		{"sse-gin+control+tls+control", "", "option +control is there twice"},
		{"tcp-epoll+tls", "", "tcp-epoll cannot have +tls: its event loop"},
		{"sse-epoll+control+tls", "", "sse-epoll cannot have +tls: its event loop"},
		{"ws-gorilla-pool+tls", "", "ws-gorilla-pool cannot have +tls: its watcher"},
	} {
		l, err := LaneByName(c.name)
		if (err == nil) != (c.says == "") || err != nil && (!strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n")) {
			t.Errorf("%s: %v, want %q", c.name, err, c.says)
			continue
		}
		if err != nil {
			continue
		}
		if l.Name != c.name || l.Of != c.of || (l.Control || l.Offsets != nil) != (c.of != "") {
			t.Errorf("%s: named %q, of %q, control %v, %v", c.name, l.Name, l.Of, l.Control, l.Offsets)
		}
		if l.TLS != slices.Contains(strings.Split(c.name, "+"), "tls") {
			t.Errorf("%s: TLS is %v", c.name, l.TLS)
		}
	}
}

type nothing struct{}

func (nothing) Send([]hub.Message) error { return nil }
func (nothing) Heartbeat() error         { return nil }

// What two options hold and burn is held and burnt both.
func TestOptionsThatWrapAddUp(t *testing.T) {
	l, err := LaneByName("tcp+ballast+lossy")
	if err != nil {
		t.Fatal(err)
	}
	before := allocated(calibration.Ballast)
	if got := allocated(l.Wrap); got < before {
		t.Errorf("+ballast+lossy allocates %d bytes a connection, +ballast alone %d", got, before)
	}
	single, err := LaneByName("tcp+lossy")
	if err != nil {
		t.Fatal(err)
	}
	if got := allocated(single.Wrap); got >= before {
		t.Errorf("+lossy alone allocates %d bytes a connection", got)
	}
}

// allocated is what wrapping one sink takes, in bytes.
func allocated(wrap func(hub.Sink) hub.Sink) int64 {
	var kept hub.Sink
	r := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			kept = wrap(nothing{})
		}
	})
	runtime.KeepAlive(kept)
	return r.AllocedBytesPerOp()
}

// Whatever the name, it is a lane that has just the options it names, or a mistake in one line.
func FuzzLaneByName(f *testing.F) {
	for _, name := range []string{"sse-gin", "tcp+tls", "tcp+tls+control", "tcp-epoll+tls", "+", "tcp++tls", "sse-gin+tls+tls"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		l, err := LaneByName(name)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("%q: more than a line: %v", name, err)
			}
			return
		}
		for _, o := range Options() {
			if asked := strings.Split(name, "+")[1:]; slices.Contains(asked, o.Name) != strings.Contains(l.Setting(lane.SettingOption), o.About) {
				t.Errorf("%q has the options %q", name, l.Setting(lane.SettingOption))
			}
		}
		if l.Name != name {
			t.Errorf("%q became %q", name, l.Name)
		}
		if l.Of != "" {
			if _, err := LaneByName(l.Of); err != nil {
				t.Errorf("%q is one more of %q: %v", name, l.Of, err)
			}
		}
	})
}
