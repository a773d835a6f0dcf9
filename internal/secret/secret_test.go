package secret

import (
	"slices"
	"testing"
)

func TestMask(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"http://user:URL-PASSWORD@127.0.0.1:8080/events", "http://...@127.0.0.1:8080/events"},
		{"http://user:p@ss@host/a@b", "http://...@host/a@b"},
		{"nats://TOKEN@host:4222", "nats://...@host:4222"},
		{"GET http://h/events?token=QUERY-TOKEN&topic=a: 401", "GET http://h/events?token=...&topic=a: 401"},
		{"/publish?apikey=S1", "/publish?apikey=..."},
		{"/p?a=1&access_token=x y", "/p?a=1&access_token=... y"},
		{"/p?monkey=1&key=2", "/p?monkey=1&key=2"},
		{"pushbench compare smoke --token SECRET --nats nats://u:SECRET@h", "pushbench compare smoke --token ... --nats nats://...@h"},
		{"serve --api-key=SECRET --port 1", "serve --api-key=... --port 1"},
		{"serve --token --port 1", "serve --token --port 1"},
		{"Authorization: Bearer S2", "Authorization: Bearer ..."},
		{"X-Api-Key: S3", "X-Api-Key: ..."},
		{"Cookie: a=b; c=d", "Cookie: ..."},
		{`{"token": "S4", "text": "x"}`, `{"token": "...", "text": "x"}`},
		{"sent Bearer eyJhbGciOiJIUzI1NiJ9 to it", "sent Bearer ... to it"},
		// What a server says of a token is no token.
		{`401 Unauthorized: Bearer error="invalid_token"`, `401 Unauthorized: Bearer error="invalid_token"`},
		{"invalid token: expired", "invalid token: expired"},
		{"Content-Type: text/plain", "Content-Type: text/plain"},
		{`server --token {{env "TOKEN"}}`, `server --token {{env "TOKEN"}}`},
		{`http://u:{{env "P"}}@h/?token={{env "T"}}`, `http://u:{{env "P"}}@h/?token={{env "T"}}`},
	} {
		got := Mask(c.text)
		if got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.text, got, c.want)
		}
		if again := Mask(got); again != got {
			t.Errorf("%s is masked to %s, and then to %s", c.text, got, again)
		}
	}
}

func TestArgs(t *testing.T) {
	got := Args([]string{"pushbench", "compare", "--token", "S", "--nats", "nats://u:S@h", "--api-key=S", "--out", "x"})
	want := []string{"pushbench", "compare", "--token", "...", "--nats", "nats://...@h", "--api-key=...", "--out", "x"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestNamed(t *testing.T) {
	for name, want := range map[string]bool{
		"Authorization": true, "X-Api-Key": true, "Cookie": true, "access_token": true, "MERCURE_PUBLISHER_JWT_KEY": true, "--nats-password": true,
		"CLIENT_SECRET_FILE": true, "key": false, "Content-Type": false, "Sec-WebSocket-Key": false, "topic": false,
	} {
		if Named(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
}
