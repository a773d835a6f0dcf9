package cli

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

func TestParseRules(t *testing.T) {
	got, err := parseRules([]string{"cpu_per_message>5%, sse-gin:rss_per_connection > 2.5 %", "lost@burst>0%"})
	want := []rule{{"", "cpu_per_message", 5}, {"sse-gin", "rss_per_connection", 2.5}, {"", "lost@burst", 0}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(rule{})); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for text, want := range map[string]string{
		"":                         "a rule is metric>N%",
		"cpu_per_message":          "a rule is metric>N%",
		"cpu_per_message>5":        "a rule is metric>N%",
		"cpu_per_message<5%":       "a rule is metric>N%",
		"cpu_per_message>5%,":      `--fail-on "": a rule is`,
		">5%":                      `no metric ""`,
		":cpu_per_message>5%":      "no lane in front of the colon",
		"cpu_per_mesage>5%":        `no metric "cpu_per_mesage": did you mean "cpu_per_message"?`,
		"sse-gin:reech>5%":         `no metric "reech": did you mean "reach"?`,
		"rss_per_connection@x>5%":  `no metric "rss_per_connection@x"`,
		"cpu_per_message>five%":    `"five" is no percentage from 0 to 10000`,
		"cpu_per_message>-5%":      `"-5" is no percentage`,
		"cpu_per_message>>5%":      `">5" is no percentage`,
		"cpu_per_message>0x5%":     `"0x5" is no percentage`,
		"cpu_per_message>inf%":     `"inf" is no percentage`,
		"cpu_per_message>1000000%": `"1000000" is no percentage`,
	} {
		if _, err := parseRules([]string{text}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}

// What is read is what was meant: a rule written out reads as itself.
func FuzzRule(f *testing.F) {
	for _, seed := range []string{"cpu_per_message>5%", " sse-gin : reach>0.1 %", "lost@storm>0%", "a:b:c>1%", ">%", "reach>1e9%", "reach>.%", "tcp:reach>00.50%"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := parseRule(text)
		if err != nil {
			if strings.ContainsAny(strings.ReplaceAll(err.Error(), text, ""), "\r\n") && !strings.ContainsAny(text, "\r\n") {
				t.Fatalf("%q: more than a line: %v", text, err)
			}
			return
		}
		if _, ok := results.MetricByName(r.metric); !ok || !(r.percent >= 0 && r.percent <= mostPercent) {
			t.Fatalf("%q: got %+v", text, r)
		}
		again, err := parseRule(strings.TrimPrefix(r.String(), "--fail-on "))
		if err != nil || again != r {
			t.Fatalf("%q is %+v, and written out %+v, %v", text, r, again, err)
		}
	})
}

func TestBroken(t *testing.T) {
	row := func(lane, metric, verdict string, ratio float64) results.DiffRow {
		return results.DiffRow{
			Lane: lane, Metric: metric, Verdict: verdict, Significant: verdict, Ratio: ratio, RatioLow: ratio - 0.02, RatioHigh: ratio + 0.02,
			Old: results.Side{N: 6}, New: results.Side{N: 6}, Warnings: []results.Warning{{Code: results.Swapped}, results.Because(results.NoComparison, "a reason")},
		}
	}
	absent := row("tcp", "delivery_latency_p99", stats.Unclear, math.NaN())
	absent.New.N = 0
	rows := []results.DiffRow{
		row("sse-gin", "cpu_per_message", stats.Worse, 1.08), row("tcp", "cpu_per_message", stats.Worse, 1.2),
		row("sse-gin", "reach", stats.Worse, 0.9), row("tcp", "reach", stats.Better, 1.1),
		row("sse-gin", "lost", stats.Worse, math.Inf(1)), row("tcp", "lost", stats.Same, 1.5),
		row("sse-gin", "delivery_latency_p99", stats.Unclear, 1), absent,
	}
	for text, want := range map[string]string{
		"cpu_per_message>25%":        "",
		"cpu_per_message>10%":        "--fail-on cpu_per_message>10%: tcp got worse by 20.0 % (new/old 1.200 [1.180, 1.220])",
		"sse-gin:cpu_per_message>7%": "--fail-on sse-gin:cpu_per_message>7%: sse-gin got worse by 8.0 % (new/old 1.080 [1.060, 1.100])",
		"sse-gin:cpu_per_message>8%": "",
		"reach>9.5%":                 "--fail-on reach>9.5%: sse-gin got worse by 10.0 % (new/old 0.900 [0.880, 0.920])",
		"reach>11%":                  "",
		"lost>10000%":                "--fail-on lost>10000%: sse-gin got worse, from 0",
		"tcp:lost>0%":                "",
		"delivery_latency_p99>50%": "--fail-on delivery_latency_p99>50%: sse-gin cannot be judged: no comparison: a reason; " +
			"tcp cannot be judged: new has no such figure",
		"reach>0%,lost>0%": "--fail-on reach>0%: sse-gin got worse by 10.0 % (new/old 0.900 [0.880, 0.920])\n" +
			"--fail-on lost>0%: sse-gin got worse, from 0",
	} {
		rules, err := parseRules([]string{text})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if err := broken(rules, rows); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", text, got, want)
		}
	}
}
