package secret

import (
	"cmp"
	"slices"
	"strings"
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
		{"/p?monkey=1&key=2", "/p?monkey=1&key=..."},
		{"https://h/b?sv=1&sig=S%3D&se=2", "https://h/b?sv=1&sig=...&se=2"},
		{"token=S&topic=a", "token=...&topic=a"},
		{`API_TOKEN=S serve; export DB_PASS="a b" X=1`, `API_TOKEN=... serve; export DB_PASS="..." X=1`},
		{"serve --bypass all --stop-sig TERM", "serve --bypass all --stop-sig TERM"},
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

func TestURL(t *testing.T) {
	for url, want := range map[string]string{
		"nats://127.0.0.1:4222":               "nats://127.0.0.1:4222",
		"nats://u:secret@host:4222":           "nats://...@host:4222",
		"nats://secret@host":                  "nats://...@host",
		"nats://u:sec/re@t@host":              "nats://...@host",
		"u:secret@host":                       "...@host",
		"nats://u:secret@a,nats://u:secret@b": "nats://...@b",
		"secret://@":                          "secret://...@",
		"":                                    "",
	} {
		if got := URL(url); got != want {
			t.Errorf("%q: got %q, want %q", url, got, want)
		}
	}
}

func TestArgs(t *testing.T) {
	for line, want := range map[string]string{
		"pb run smoke --out o":                             "pb run smoke --out o",
		"pb run --token S1 --nats nats://u:S2@h x":         "pb run --token ... --nats nats://...@h x",
		"pb run --token=S1=S2 --nats=nats://u:S2@h x":      "pb run --token=... --nats=nats://...@h x",
		"pb run --token --nats":                            "pb run --token ...",
		"pb run --nats u:S@h --token":                      "pb run --nats ...@h --token",
		"pb run --api-key=S http://u:S@h/?token=S":         "pb run --api-key=... http://...@h/?token=...",
		"server --token {{.Token}} --port 1":               "server --token {{.Token}} --port 1",
		"docker run -e API_TOKEN=S --env=DB_PASS=S -e A=1": "docker run -e API_TOKEN=... --env=DB_PASS=... -e A=1",
		"env TOKEN={{.Token}} serve token x":               "env TOKEN={{.Token}} serve token x",
	} {
		args := strings.Fields(line)
		if got := strings.Join(Args(args), " "); got != want {
			t.Errorf("%s: got %s, want %s", line, got, want)
		}
		if !slices.Equal(args, strings.Fields(line)) {
			t.Errorf("%s: the arguments themselves were changed", line)
		}
	}
}

func TestNamed(t *testing.T) {
	for name, want := range map[string]bool{
		"Authorization": true, "X-Api-Key": true, "Cookie": true, "access_token": true, "MERCURE_PUBLISHER_JWT_KEY": true, "--nats-password": true,
		"CLIENT_SECRET_FILE": true, "key": false, "Content-Type": false, "Sec-WebSocket-Key": false, "topic": false,
		"X-Auth-Key": true, "Ocp-Apim-Subscription-Key": true, "x-functions-key": true, "SIGNING_KEY": true, "MEILI_MASTER_KEY": true, "DB_PASS": true,
		"pass": true, "dbPass": true, "--pass": true, "bypass": false, "sig": false,
	} {
		if Named(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
}

// A configuration file has secrets in lines of its own forms; what only refers to one, or turns something on, is none.
func TestFindSettings(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"port: 1\npassword: S\n", "port: 1\npassword: ...\n"},
		{"  api_key = \"a b\" # c", "  api_key = \"...\" # c"},
		{"requirepass S\nrequired S", "requirepass ...\nrequired S"},
		{"server {\n  secure_link_secret S;\n}", "server {\n  secure_link_secret ...;\n}"},
		{`{"admin_password": "S", "x": 1}`, `{"admin_password": "...", "x": 1}`},
		{"proxy_pass http://u:S@h;", "proxy_pass http://...@h;"},
		{"jwt {\n  publisher_jwt {env.KEY}\n}\nauth: true\ntoken = $TOKEN\npassword: {{env \"P\"}}\ntoken = read()", ""},
	} {
		if got, want := Cover(c.text, FindSettings(c.text)), cmp.Or(c.want, c.text); got != want {
			t.Errorf("%q\n got %q\nwant %q", c.text, got, want)
		}
	}
}
