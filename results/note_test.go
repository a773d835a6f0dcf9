package results

import "testing"

func TestFillNote(t *testing.T) {
	figure := func(r Reference) (string, bool) {
		switch r {
		case Reference{Metric: "rss_per_connection"}:
			return "10.7 KiB", true
		case Reference{Metric: "cpu_per_message", Of: "sse-gin+tls"}:
			return "1.20x", true
		default:
			return "", false
		}
	}
	for _, c := range []struct {
		note, want string
		ok         bool
	}{
		{"A plain sentence.", "A plain sentence.", true},
		{"", "", true},
		{"It holds {{rss_per_connection}}.", "It holds 10.7 KiB.", true},
		{"{{rss_per_connection}} at {{cpu_per_message / sse-gin+tls}}", "10.7 KiB at 1.20x", true},
		{"It holds {{rss_per_connection}}, {{rss_per_connection / tcp}} of tcp's.", "It holds 10.7 KiB,  of tcp's.", false},
		{"Neither {{ rss_per_connection}} nor {{rss_per_connection/tcp}} is one.", "Neither {{ rss_per_connection}} nor {{rss_per_connection/tcp}} is one.", true},
	} {
		if got, ok := FillNote(c.note, figure); got != c.want || ok != c.ok {
			t.Errorf("%q: got %q, %v; want %q, %v", c.note, got, ok, c.want, c.ok)
		}
	}
}
