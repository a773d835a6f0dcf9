package before

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/clients/secure"
	"github.com/pushbench/pushbench/internal/wire"
)

// trace records nothing.
type trace struct{}

func (trace) Connected()   {}
func (trace) Joined()      {}
func (trace) Secured(bool) {}
func (trace) Answered()    {}

// sessions opens a session for who posts, and says what a subscription of it was.
func sessions(t *testing.T) *httptest.Server {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch r.URL.Path {
		case "/session":
			w.Header().Set("Session", "h-"+r.Header.Get("User"))
			http.SetCookie(w, &http.Cookie{Name: "sid", Value: "c-" + string(body)})
			_, _ = io.WriteString(w, `{"session":{"id":12345678901234567890,"name":"j"}}`)
		case "/refused":
			http.Error(w, "no such user\nmore", http.StatusForbidden)
		default:
			fmt.Fprintf(w, "%s %s %d %s", r.Header.Get("Session"), r.Header.Get("Cookie"), r.ContentLength, body)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func open(t *testing.T, at string, ask wire.Before) (string, error) {
	t.Helper()
	s := sessions(t)
	ask.Method, ask.URL = "POST", s.URL+at
	target := wire.Target{Address: strings.TrimPrefix(s.URL, "http://"), Before: &ask, Clients: &wire.Clients{}}
	body := "a " + wire.BeforeMark("number") + " b"
	request := fmt.Sprintf("POST /events HTTP/1.1\r\nHost: h\r\nSession: %s\r\nCookie: sid=%s\r\nContent-Length: %d\r\n\r\n%s",
		wire.BeforeMark("header"), wire.BeforeMark("cookie"), len(body), body)
	own := target.For(7)
	stream, err := New(secure.New()).Open(t.Context(), fleet.Dial{Target: &own, Client: 7, Request: []byte(request)}, trace{})
	if err != nil {
		return "", err
	}
	defer stream.Close()
	r, err := http.ReadResponse(bufio.NewReader(stream), nil)
	if err != nil {
		return "", err
	}
	defer r.Body.Close()
	got, err := io.ReadAll(r.Body)
	return string(got), err
}

func TestValuesOfTheAnswer(t *testing.T) {
	got, err := open(t, "/session", wire.Before{
		Header: "User: " + wire.ClientMark("") + "\r\n", Body: "client " + wire.ClientMark(""),
		Take: map[string]string{"header": "header Session", "cookie": "cookie sid", "number": "json session.id"},
	})
	if want := "h-7 sid=c-client 7 24 a 12345678901234567890 b"; err != nil || got != want {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}

func TestRefused(t *testing.T) {
	for name, c := range map[string]struct{ at, take, want string }{
		"status":     {"/refused", "header Session", `status 403 Forbidden, "no such user"`},
		"no header":  {"/session", "header Sessions", "the answer with status 200 has no header Sessions"},
		"no cookie":  {"/session", "cookie id", "has no cookie id"},
		"no number":  {"/session", "json session.id.more", "has no json session.id.more"},
		"no text":    {"/session", "json session", "has no json session"},
		"not a JSON": {"/events", "json session", "has no json session"},
	} {
		_, err := open(t, c.at, wire.Before{Take: map[string]string{"it": c.take}})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
