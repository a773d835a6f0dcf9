package scenario_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/wire"
)

func TestLinksOfAPath(t *testing.T) {
	const phases = "\nlanes: [tcp]\nphases: [{ramp: {to: 1}}]\n"
	parse := func(source string) *scenario.Scenario {
		t.Helper()
		s, err := scenario.Parse("x.yaml", []byte(source+phases), catalog())
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for source, want := range map[string]wire.Link{
		"path: [{link: {}}]":                           {Queue: 100 * time.Millisecond},
		"path: [{link: {rtt: 40ms, rate: 10Mbit/s}}]":  {RTT: 40 * time.Millisecond, Rate: 10e6, Queue: 100 * time.Millisecond},
		"path: [{link: {rate: 2.5kbit/s}}]":            {},
		"path: [{link: {rate: 64kbit/s, queue: 1s}}]":  {Rate: 64e3, Queue: time.Second},
		"path: [{link: {rate: 1Gbit/s}}]":              {Rate: 1e9, Queue: 100 * time.Millisecond},
		"path: [{link: {rate: 9600bit/s, loss: 0%}}]":  {Rate: 9600, Queue: 100 * time.Millisecond},
		"path: [{link: {rtt: 1s, reorder: 0.5%}}]":     {RTT: time.Second, Reorder: 0.005, Queue: 100 * time.Millisecond},
		"path: [{link: {rtt: 1s, jitter: 1s}}, nginx]": {RTT: time.Second, Jitter: time.Second, Queue: 100 * time.Millisecond},
	} {
		if want == (wire.Link{}) {
			if _, err := scenario.Parse("x.yaml", []byte(source+phases), catalog()); err == nil {
				t.Errorf("%s: no error", source)
			}
			continue
		}
		want.Seed = 7
		if got := parse(source).Link.Conditions(7); got != want {
			t.Errorf("%s: %+v, want %+v", source, got, want)
		}
	}
	if parse("path: nginx").Link != nil || len(parse("path: [{link: {}}, nginx, haproxy]").Proxies) != 2 {
		t.Error("proxies are no links, and stand behind one")
	}
}

// A key of the link varies as any other, and two links are two scenarios.
func TestLinksVary(t *testing.T) {
	const source = "lanes: [tcp]\nphases: [{ramp: {to: 1}}]\npath: [{link: {rtt: 50ms}}]\nvary: {link.loss: [0%, 5%]}\n"
	s, err := scenario.Parse("x.yaml", []byte(source), catalog())
	if err != nil {
		t.Fatal(err)
	}
	clean, lossy := s.At("0%"), s.At("5%")
	if clean.Link.Loss != 0 || lossy.Link.Loss != 0.05 || lossy.Link.RTT != 50*time.Millisecond {
		t.Errorf("levels have %+v and %+v", clean.Link, lossy.Link)
	}
	if keys, err := scenario.Differences(clean, lossy); err != nil || len(keys) != 1 || keys[0] != "path" {
		t.Errorf("they differ in %v, %v, want the path", keys, err)
	}
	_, err = scenario.Parse("x.yaml", []byte(strings.Replace(source, "link.loss: [0%, 5%]", "path: [none, nginx]", 1)), catalog())
	if err == nil || !strings.Contains(err.Error(), "x.yaml:4:8: vary: the levels of path are proxies, and would each drop its link") {
		t.Errorf("levels without the link: %v", err)
	}
}
