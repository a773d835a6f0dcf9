// Package control calls the control API of a server process: broadcast, cut, collect garbage, stats.
//
// It stands between whoever drives a server, one of a trial or one that runs already, and servers/control.go, which answers.
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
	URL   string // base, of the ready line
	Token string
	Name  string // of the server, for errors; may be empty
	HTTP  http.Client

	Lost func(ctx context.Context, err error) error // knows better why a request got no answer; nil: nobody does
}

// Broadcast publishes on a schedule and returns when the last message is out.
func (c *Client) Broadcast(ctx context.Context, b wire.Broadcast) (wire.Published, error) {
	var done wire.Published
	err := c.call(ctx, http.MethodPost, "/broadcast", b, &done)
	return done, err
}

// Stats reads the server's own figures.
func (c *Client) Stats(ctx context.Context) (wire.Stats, error) {
	var stats wire.Stats
	err := c.call(ctx, http.MethodGet, "/stats", nil, &stats)
	return stats, err
}

// Cut ends every connection there is.
func (c *Client) Cut(ctx context.Context) error {
	return c.call(ctx, http.MethodPost, "/cut", nil, nil)
}

// Collect forces a garbage collection and gives freed memory back to the kernel.
func (c *Client) Collect(ctx context.Context) error {
	return c.call(ctx, http.MethodPost, "/gc", nil, nil)
}

// api names what is called.
func (c *Client) api() string {
	if c.Name == "" {
		return "control api"
	}
	return "control api of " + c.Name
}

// call makes one request; in and out are JSON, nil for none.
func (c *Client) call(ctx context.Context, method, path string, in, out any) error {
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, c.URL+path, &body)
	if err != nil {
		return fmt.Errorf("%s: %w", c.api(), err)
	}
	req.Header.Set("Authorization", "Bearer "+c.Token)
	resp, err := c.HTTP.Do(req)
	if err != nil {
		err = fmt.Errorf("%s: %w", c.api(), err)
		if c.Lost != nil {
			err = c.Lost(ctx, err)
		}
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end below
	if resp.StatusCode >= http.StatusBadRequest {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
		if resp.StatusCode == http.StatusConflict { // it has understood, and says what became of it
			return fmt.Errorf("%s: %s", cmp.Or(c.Name, c.api()), strings.TrimSpace(string(text)))
		}
		return fmt.Errorf("%s: %s%s: %s", c.api(), resp.Status, path, strings.TrimSpace(string(text)))
	}
	if out == nil {
		return nil
	}
	if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
		return fmt.Errorf("%s: %s: %w", c.api(), path, err)
	}
	return nil
}
