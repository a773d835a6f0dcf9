package results

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func among(t *testing.T, d *Data, names ...string) *Data {
	t.Helper()
	some, err := d.Among(names)
	if err != nil {
		t.Fatal(err)
	}
	return some
}

// A run of some lanes compares with the first of them, and has nothing of the others.
func TestAmong(t *testing.T) {
	d := example(t)
	some := among(t, d, "sse-gin", "ws-gorilla")
	if got := Names(some.Run.Lanes); !slices.Equal(got, []string{"sse-gin", "ws-gorilla"}) || some.Run.Planned != 12 {
		t.Errorf("lanes %v, %d planned trials", got, some.Run.Planned)
	}
	for _, s := range some.Samples {
		if s.Lane == "tcp" {
			t.Fatalf("a sample of %s is left", s.Lane)
		}
	}
	of := func(d *Data, lane string) SummaryRow {
		rows, err := Figures(d, "rss_per_connection")
		if err != nil {
			t.Fatal(err)
		}
		return rows[slices.IndexFunc(rows, func(r SummaryRow) bool { return r.Lane == lane })]
	}
	was, is := of(d, "sse-gin"), of(some, "ws-gorilla")
	if is.Baseline != "sse-gin" || math.Abs(is.Ratio*was.Ratio-1) > 1e-9 {
		t.Errorf("%v against %s, where it was %v the other way around", is.Ratio, is.Baseline, was.Ratio)
	}
	if of(d, "tcp").Baseline != "ws-gorilla" || len(d.Run.Lanes) != 3 || d.Run.Planned != 18 {
		t.Error("the run itself has changed")
	}
}

// The baseline keeps its control, and another one has none.
func TestAmongKeepsTheControl(t *testing.T) {
	d := example(t)
	d.Run.Lanes = append(d.Run.Lanes, Lane{Name: "ws-gorilla+control", Of: "ws-gorilla", Control: true})
	for _, c := range [][2][]string{
		{{"ws-gorilla", "tcp"}, {"ws-gorilla", "tcp", "ws-gorilla+control"}},
		{{"tcp", "ws-gorilla"}, {"tcp", "ws-gorilla"}},
	} {
		if got := Names(among(t, d, c[0]...).Run.Lanes); !slices.Equal(got, c[1]) {
			t.Errorf("among %v are %v, want %v", c[0], got, c[1])
		}
	}
	if all, err := d.Among(nil); err != nil || all != d {
		t.Errorf("of no lanes: %v, %v", all, err)
	}
}

func TestAmongOthers(t *testing.T) {
	for want, names := range map[string][]string{
		`run example has no lane "sse": its lanes are ws-gorilla, sse-gin, tcp`: {"tcp", "sse"},
		`lane "tcp" is named twice`: {"tcp", "sse-gin", "tcp"},
	} {
		if _, err := example(t).Among(names); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v: %v", names, err)
		}
	}
}
