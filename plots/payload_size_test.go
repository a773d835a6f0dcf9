package plots

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/internal/fixture"
	"github.com/pushbench/pushbench/results"
)

// ofSizes is a run whose broadcasts differ in the size and the kind of their messages.
func ofSizes() fixture.Shape {
	s := fixture.Usual()
	sizes := map[string]results.Payload{"steady": {Kind: "text", Size: 16}}
	s.Run = func(r *results.Run) {
		for _, kind := range []string{"text", "binary"} {
			for _, size := range []int{16, 1024, 65536} {
				phase := fmt.Sprintf("%s-%d", kind, size)
				if size == 16 && kind == "text" {
					phase = "steady"
				} else {
					r.Broadcasts = append(r.Broadcasts, phase)
				}
				sizes[phase] = results.Payload{Kind: kind, Size: size}
			}
		}
		r.Payloads = sizes
	}
	s.More = func(m *fixture.Maker, top int) {
		for phase, p := range map[string]results.Payload{"text-1024": {Size: 1024}, "text-65536": {Size: 65536}, "binary-16": {Size: 16}, "binary-1024": {Size: 1024}, "binary-65536": {Size: 65536}} {
			messages, bytes := float64(top)*10, float64(p.Size)
			if strings.HasPrefix(phase, "binary") && m.Trial.Lane == "sse-gin" {
				bytes *= 4.0 / 3
			}
			m.Sample(top, phase, "schedstat", "cpu", "s", messages*(4e-6+bytes*0.2e-9)*float64(2+m.Lane))
			m.Sample(top, phase, "agent", "expected", "1", messages)
			m.Sample(top, phase, "agent", "received", "1", messages)
			m.Sample(top, phase, "agent", "bytes", "B", messages*(bytes+20))
		}
	}
	return s
}

// ofOneSize are the charts of a run whose messages have one size.
func ofOneSize() []chart {
	return slices.DeleteFunc(charts(), func(c chart) bool { return c.name == "payload-size" })
}

func TestPayloadSize(t *testing.T) {
	fixture.Golden(t, "payload-size.svg", rendered(t, ofSizes())[filepath.Join(Dir, "payload-size.svg")])
}

// More lanes than a panel shows have several.
func TestPayloadSizeOfManyLanes(t *testing.T) {
	s := ofSizes()
	s.Lanes, s.Blocks = fixture.ManyLanes(MostLines+1), 1
	d, err := results.Load(s.Write(t))
	fixture.Must(t, err)
	sum, err := results.Summarize(d)
	fixture.Must(t, err)
	p, err := payloadSize(newView(d, sum.Rows))
	fixture.Must(t, err)
	if want := 2 * len(Facets(s.Lanes)); len(p.multiples) != want || len(p.panels) != 0 {
		t.Errorf("%d panels, %d of them small, want %d", len(p.panels)+len(p.multiples), len(p.multiples), want)
	}
	_, err = layOut("Many lanes", p).svg()
	fixture.Must(t, err)
}

// A chart over one size, or without any, is none.
func TestPayloadSizeWithoutSizes(t *testing.T) {
	for name, payloads := range map[string]map[string]results.Payload{
		"an old run": nil, "one size": {"steady": {Kind: "text", Size: 128}}, "sizes of two kinds": {"steady": {Kind: "text", Size: 128}, "more": {Kind: "json", Size: 64}},
	} {
		v := newView(&results.Data{Run: results.Run{Broadcasts: []string{"steady", "more"}, Payloads: payloads}}, nil)
		if p, err := payloadSize(v); err != nil || p.skipped == "" {
			t.Errorf("%s: %v, drawn", name, err)
		}
	}
}
