package servers

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/internal/lane"
	"github.com/pushbench/pushbench/servers/hub"
)

// A variation differs from its lane in exactly the settings its row names: what is compared is one factor.
func TestVariationsDifferOnlyWhereTheySay(t *testing.T) {
	for _, mistake := range checkVariations(Lanes()) {
		t.Error(mistake)
	}
}

func TestVariationsThatDoNotAreFound(t *testing.T) {
	base := Lane{Lane: lane.Lane{Name: "ws", Transport: "websocket"}, Encode: func(hub.Message) any { return nil }, Stated: Stated{Router: "gin", Goroutines: 2, Buffers: "1 KiB"}}
	variation := func(change func(*Lane), from string, differs ...string) []Lane {
		l := base
		l.Name, l.From, l.Differs = "variation", from, differs
		change(&l)
		return []Lane{base, l}
	}
	pool := func(l *Lane) { l.Stated.Buffers, l.Stated.Goroutines = "pool", 1 }
	for _, c := range []struct {
		name  string
		lanes []Lane
		want  string // of the only mistake; empty: none
	}{
		{"says all", variation(pool, "ws", "buffers per connection", SettingGoroutines), ""},
		{"one more", variation(pool, "ws", "buffers per connection"), `variation: differs from ws in "goroutines per connection"`},
		{"one less", variation(pool, "ws", "buffers per connection", SettingGoroutines, "router"), `Differs names "router"`},
		{"unknown setting", variation(pool, "ws", "buffers per connection", SettingGoroutines, "colour"), `Differs names "colour"`},
		{"encoded for each", variation(func(l *Lane) { l.Encode = nil }, "ws"), `in "encoding"`},
		{"of nobody", variation(pool, "sse"), `no other lane "sse"`},
		{"of itself", variation(pool, "variation"), `no other lane "variation"`},
		{"without from", variation(pool, "", "router"), "From does not say"},
	} {
		got := checkVariations(c.lanes)
		if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || !strings.Contains(got[0], c.want)) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// A lane that leaves a setting empty states nothing, and could differ in it without a word.
func TestEveryLaneStatesEverySetting(t *testing.T) {
	for _, l := range Lanes() {
		for _, s := range l.Settings {
			if s.Value == "" {
				t.Errorf("%s: %s is empty", l.Name, s.Name)
			}
		}
		if l.Stated.Goroutines > 0 && l.Stated.Roles == "" {
			t.Errorf("%s: %v goroutines, and Roles does not say what for", l.Name, l.Stated.Goroutines)
		}
	}
}

// differences names the settings two lanes do not have alike.
func differences(a, b Lane) (names []string) {
	if a.Transport != b.Transport {
		names = append(names, SettingTransport)
	}
	of := b.settings()
	for i, s := range a.settings() {
		if s.Value != of[i].Value {
			names = append(names, s.Name)
		}
	}
	return names
}

// checkVariations says for each lane that is a variation of another in what it differs without saying so, or says so
// without differing.
func checkVariations(lanes []Lane) (mistakes []string) {
	wrong := func(l Lane, format string, args ...any) {
		mistakes = append(mistakes, l.Name+": "+fmt.Sprintf(format, args...))
	}
	for _, l := range lanes {
		if l.From == "" {
			if len(l.Differs) > 0 {
				wrong(l, "differs in %q, and From does not say from which lane", l.Differs)
			}
			continue
		}
		i := slices.IndexFunc(lanes, func(o Lane) bool { return o.Name == l.From })
		if i < 0 || lanes[i].Name == l.Name {
			wrong(l, "no other lane %q it could be a variation of", l.From)
			continue
		}
		differ := differences(l, lanes[i])
		for _, name := range differ {
			if !slices.Contains(l.Differs, name) {
				wrong(l, "differs from %s in %q, and Differs does not say so", l.From, name)
			}
		}
		for _, name := range l.Differs {
			if !slices.Contains(differ, name) {
				wrong(l, "Differs names %q, in which it is like %s, or which is no setting", name, l.From)
			}
		}
	}
	return mistakes
}

// Dear handshakes are opened slowly, and those that many subscriptions share as much faster.
func TestMaxConnectRate(t *testing.T) {
	for name, want := range map[string]float64{
		"ws-gorilla": 0, "sse-h2c": 1000, "sse-h2c+streams6": 6000, "ws-gorilla+tls": 300, "sse-h2": 300, "sse-h2+streams6": 1800, "webtransport": 100,
	} {
		if l, err := LaneByName(name); err != nil || l.MaxConnectRate() != want {
			t.Errorf("%s: %v a second, %v; want %v", name, l.MaxConnectRate(), err, want)
		}
	}
}
