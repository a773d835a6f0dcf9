// Package control calls the control API of a server process: broadcast, cut, collect garbage, stats.
//
// It stands between the coordinator, or a person with a server that runs already, and servers/control.go, which answers. Client has the
// commands; they travel over a node, or directly over HTTP.
package control

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/pushbench/pushbench/internal/wire"
)

// Client is one server's control API.
type Client struct {
	Over func(context.Context, wire.Request) (json.RawMessage, error)
}

// Broadcast publishes on a schedule and returns when the last message is out.
func (c *Client) Broadcast(ctx context.Context, b wire.Broadcast) (wire.Published, error) {
	return call[wire.Published](ctx, c, http.MethodPost, "/broadcast", b)
}

// Retarget tells a publisher process that a fresh process stands for one of its servers, and returns when that is given what is
// published next.
func (c *Client) Retarget(ctx context.Context, server int, to wire.Control) error {
	_, err := call[struct{}](ctx, c, http.MethodPost, "/retarget", wire.Retarget{Server: server, Control: to})
	return err
}

// Stats reads the server's own figures.
func (c *Client) Stats(ctx context.Context) (wire.Stats, error) {
	return call[wire.Stats](ctx, c, http.MethodGet, "/stats", nil)
}

// Cut ends every connection there is.
func (c *Client) Cut(ctx context.Context) error {
	_, err := call[struct{}](ctx, c, http.MethodPost, "/cut", nil)
	return err
}

// Collect forces a garbage collection and gives freed memory back to the kernel.
func (c *Client) Collect(ctx context.Context) error {
	_, err := call[struct{}](ctx, c, http.MethodPost, "/gc", nil)
	return err
}

// Probe has a link read how long its packets take.
func (c *Client) Probe(ctx context.Context) (wire.LinkProbe, error) {
	return call[wire.LinkProbe](ctx, c, http.MethodPost, "/probe", nil)
}

// Outage has a link pass nothing for a while, and returns at once.
func (c *Client) Outage(ctx context.Context, o wire.Outage) error {
	_, err := call[struct{}](ctx, c, http.MethodPost, "/outage", o)
	return err
}

// call makes one request; in is nil for none, and an answer without a body is the zero value.
func call[Out any](ctx context.Context, c *Client, method, path string, in any) (out Out, err error) {
	r := wire.Request{Method: method, Path: path}
	if in != nil {
		if r.Body, err = json.Marshal(in); err != nil {
			return out, err
		}
	}
	answer, err := c.Over(ctx, r)
	if err != nil || len(answer) == 0 {
		return out, err
	}
	if err := json.Unmarshal(answer, &out); err != nil {
		return out, fmt.Errorf("control api: %s: %w", path, err)
	}
	return out, nil
}

// Direct reaches a control API over HTTP.
type Direct struct {
	URL   string // base, of the ready line
	Token string
	Name  string // of the server, for errors; may be empty
	HTTP  http.Client

	Lost func(ctx context.Context, err error) error // knows better why a request got no answer; nil: nothing does
}

// mostAnswer bounds an answer, in bytes.
const mostAnswer = 64 << 20

// Do makes one request.
func (d *Direct) Do(ctx context.Context, r wire.Request) (json.RawMessage, error) {
	api := "control api"
	if d.Name != "" {
		api += " of " + d.Name
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, d.URL+r.Path, bytes.NewReader(r.Body))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", api, err)
	}
	req.Header.Set("Authorization", "Bearer "+d.Token)
	resp, err := d.HTTP.Do(req)
	if err != nil {
		err = fmt.Errorf("%s: %w", api, err)
		if d.Lost != nil {
			err = d.Lost(ctx, err)
		}
		return nil, err
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end below
	if resp.StatusCode >= http.StatusBadRequest {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
		if resp.StatusCode == http.StatusConflict { // it has understood, and says what became of it
			return nil, fmt.Errorf("%s: %s", cmp.Or(d.Name, api), strings.TrimSpace(string(text)))
		}
		return nil, fmt.Errorf("%s: %s%s: %s", api, resp.Status, r.Path, strings.TrimSpace(string(text)))
	}
	answer, err := io.ReadAll(io.LimitReader(resp.Body, mostAnswer))
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", api, r.Path, err)
	}
	return bytes.TrimSpace(answer), nil
}
