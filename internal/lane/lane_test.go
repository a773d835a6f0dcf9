package lane

import "testing"

func TestOld(t *testing.T) {
	for name, want := range map[string]struct {
		of  string
		old bool
	}{
		"sse-gin":             {"sse-gin", false},
		"sse-gin+tls":         {"sse-gin+tls", false},
		"sse-gin+old":         {"sse-gin", true},
		"sse-gin+tls+old":     {"sse-gin+tls", true},
		"sse-gin+old+control": {"sse-gin+control", true},
		"sse-gin+older":       {"sse-gin+older", false},
		"old":                 {"old", false}, // old.yaml
		"old+control":         {"old+control", false},
	} {
		if of, old := Old(name); of != want.of || old != want.old {
			t.Errorf("%s: %s, %v; want %+v", name, of, old, want)
		}
	}
}
