// Package before carries clients of servers that are not ours whose subscription needs an answer that comes before it: a session, a
// ticket, a cookie.
//
// It stands between the fleet and another dialer: each time a client connects, it asks, puts what the answer says into the client's
// request, and lets the other dialer open the stream.
package before

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/clients/http1"
	"github.com/pushbench/pushbench/internal/secret"
	"github.com/pushbench/pushbench/internal/wire"
)

// mostAnswer is how much of an answer is read, in bytes.
const mostAnswer = 1 << 20

// Dialer implements fleet.Dialer.
type Dialer struct {
	fleet.Dialer
}

// New returns a dialer that asks before another one opens a stream.
func New(to fleet.Dialer) Dialer { return Dialer{to} }

// Open asks, and opens the stream.
func (d Dialer) Open(ctx context.Context, to fleet.Dial, trace fleet.ConnectionTrace) (io.ReadWriteCloser, error) {
	ask := to.Target.Before
	values, err := taken(ctx, ask)
	if err != nil {
		return nil, fmt.Errorf("before the subscription, %s %s: %w", ask.Method, secret.Mask(ask.URL), err)
	}
	to.Request = replaced(to.Request, values)
	return d.Dialer.Open(ctx, to, trace)
}

// taken asks, and returns the marks of the values, each with its value.
func taken(ctx context.Context, ask *wire.Before) (values []string, err error) {
	request, err := http.NewRequestWithContext(ctx, ask.Method, ask.URL, strings.NewReader(ask.Body))
	if err != nil {
		return nil, errors.New("its URL is none")
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(ask.Header, "\r\n"), "\r\n") {
		if name, value, ok := strings.Cut(line, ": "); ok {
			request.Header.Set(name, value)
		}
	}
	if host := request.Header.Get("Host"); host != "" {
		request.Host = host
	}
	config, err := ask.Trust.Config(request.URL.Hostname())
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{TLSClientConfig: config, DisableKeepAlives: true} // as a client has one such request, and no proxy
	r, err := transport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	defer r.Body.Close() //nolint:errcheck // only read
	body, err := io.ReadAll(io.LimitReader(r.Body, mostAnswer))
	if err != nil {
		return nil, err
	}
	if r.StatusCode >= http.StatusBadRequest {
		return nil, fmt.Errorf("status %s%s", r.Status, http1.Says(r.Header.Get, body))
	}
	for name, from := range ask.Take {
		value := valueOf(r, body, from)
		if value == "" {
			return nil, fmt.Errorf("the answer with status %d has no %s", r.StatusCode, from)
		}
		values = append(values, wire.BeforeMark(name), value)
	}
	return values, nil
}

// valueOf takes a value out of an answer; empty: it is not there.
func valueOf(r *http.Response, body []byte, from string) string {
	kind, name, _ := strings.Cut(from, " ")
	switch kind {
	case "header":
		return r.Header.Get(name)
	case "cookie":
		for _, c := range r.Cookies() {
			if c.Name == name {
				return c.Value
			}
		}
		return ""
	default:
		return atPath(body, name)
	}
}

// atPath is the text or the number at a path of keys, joined by dots, of a JSON document.
func atPath(body []byte, path string) string {
	var at any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if d.Decode(&at) != nil {
		return ""
	}
	for key := range strings.SplitSeq(path, ".") {
		object, _ := at.(map[string]any)
		at = object[key]
	}
	switch v := at.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	default:
		return ""
	}
}

// replaced is a request with values in place of their marks, and the length that its body then has.
func replaced(request []byte, values []string) []byte {
	replace := strings.NewReplacer(values...)
	head, body, _ := strings.Cut(string(request), "\r\n\r\n")
	whole := replace.Replace(body)
	head = strings.Replace(replace.Replace(head), "\r\nContent-Length: "+strconv.Itoa(len(body)), "\r\nContent-Length: "+strconv.Itoa(len(whole)), 1)
	return []byte(head + "\r\n\r\n" + whole)
}
