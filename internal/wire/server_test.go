package wire

import "testing"

// A target without a path speaks no HTTP, and only that.
func TestTargetOf(t *testing.T) {
	for url, want := range map[string]Target{
		"tcp://127.0.0.1:80":              {Address: "127.0.0.1:80"},
		"tls://[::1]:80":                  {Address: "[::1]:80"},
		"ws://127.0.0.1:80/ws":            {Address: "127.0.0.1:80", Path: "/ws"},
		"https://127.0.0.1:80/events?a=b": {Address: "127.0.0.1:80", Path: "/events?a=b"},
		"http://127.0.0.1:80/":            {Address: "127.0.0.1:80", Path: "/"},
		"http://127.0.0.1:80?a=b":         {Address: "127.0.0.1:80", Path: "/?a=b"},
	} {
		if got, err := TargetOf(url); err != nil || got != want {
			t.Errorf("%s: %+v and %v, want %+v", url, got, err, want)
		}
	}
	if _, err := TargetOf("tcp://%"); err == nil {
		t.Error("no error for what is no URL")
	}
}
