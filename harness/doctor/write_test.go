package doctor

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/internal/fixture"
)

// report has every level, both sides, and text that is no markup.
func report() *Report {
	front := []Finding{
		{"answer", OK, "200 OK, its head after 12ms", "", ""},
		{"cache", Hint, "no Cache-Control", "answer with Cache-Control: no-store", specCaching},
		{"buffering", Fault, "events come in bursts of 8, made up to 350ms apart", "proxy_buffering off", nginxBuffering},
		{"heartbeat", Unknown, "no comment within 20s", "hold the connection longer: --for 2m", ""},
		{"path", OK, "Server: <b>nginx</b> | x\x1b[31m", "", ""},
	}
	origin := []Finding{
		{"answer", OK, "200 OK, its head after 1ms", "", ""},
		{"cache", Hint, "no Cache-Control", "answer with Cache-Control: no-store", specCaching},
		{"buffering", OK, "events come one by one (80 of them); first byte after 1ms", "", ""},
	}
	return &Report{
		URL: "https://example.com/events?token=...", Transport: SSE, For: "20s", Findings: front,
		Origin: "http://10.0.0.5:8080/events", AtOrigin: origin, Compared: compare(front, origin, nil),
	}
}

func TestFormats(t *testing.T) {
	for _, f := range Formats() {
		var out bytes.Buffer
		if err := f.Write(&out, report()); err != nil {
			t.Fatal(err)
		}
		fixture.Golden(t, "report."+f.Name, out.Bytes())
	}
}

// Each pair of levels has its words.
func TestCompare(t *testing.T) {
	say := func(level Level) []Finding { return []Finding{{Check: "end", Level: level, Seen: string(level)}} }
	for _, c := range []struct {
		front, origin Level
		want          Level
		says          string
	}{
		{Fault, OK, Fault, "the proxy cuts; direct: ok; through the proxy: fault"},
		{Hint, OK, Hint, "the proxy cuts; direct: ok; through the proxy: hint"},
		{Fault, Fault, Fault, "it is the origin already"},
		{OK, Fault, Hint, "the proxy makes up for it"},
		{OK, OK, OK, "both sides came to the same"},
		{Unknown, OK, OK, "both sides came to the same"},
	} {
		got := compare(say(c.front), say(c.origin), nil)
		if len(got) != 1 || got[0].Level != c.want || !strings.Contains(got[0].Seen, c.says) {
			t.Errorf("%s through the proxy, %s direct: %+v", c.front, c.origin, got)
		}
	}
	if got := compare(say(OK), nil, errors.New("no connection")); got[0].Level != Unknown || got[0].Seen != "no connection" {
		t.Errorf("%+v", got)
	}
}

// Whatever a server repeats, no secret that it was sent is printed.
func TestSecrets(t *testing.T) {
	t.Parallel()
	repeats := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token := r.Header.Get("Authorization") + " " + r.Header.Get("Cookie") + " " + r.URL.Query().Get("key") + " " + r.URL.Query().Get("access_token")
		w.Header().Set("Server", token)
		switch r.URL.Path {
		case "/stream":
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = io.WriteString(w, "data: x\n\n"+token+"\n\n")
		case "/page":
			_, _ = io.WriteString(w, token)
		default:
			w.Header().Set("Location", "/stream?access_token=S3CRET-4")
			http.Error(w, token, http.StatusUnauthorized)
		}
	}))
	defer repeats.Close()
	for _, path := range []string{"/stream", "/page", "/refused"} {
		for _, transport := range []string{SSE, WebSocket} {
			var out strings.Builder
			r, err := examine(t, Options{
				URL: repeats.URL + path + "?key=S3CRET-1&access_token=S3CRET-4", Transport: transport, Origin: "http://127.0.0.1:1/x?access_token=S3CRET-5",
				Headers: []string{"Authorization: Bearer S3CRET-2", "Cookie: session=S3CRET-3"},
			})
			if err != nil {
				out.WriteString(err.Error())
			} else {
				for _, f := range Formats() {
					if err := f.Write(&out, r); err != nil {
						t.Fatal(err)
					}
				}
			}
			if out.Len() == 0 || strings.Contains(out.String(), "S3CRET") {
				t.Errorf("%s, %s:\n%s", transport, path, out.String())
			}
		}
	}
}
