package load

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net/http"

	"github.com/pushbench/pushbench/internal/wire"
)

// scanner is the SSE client of a thousand answers: the default HTTP client, then the lines of the body.
func scanner(ctx context.Context, t wire.Target, n *notes) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+t.Address+t.Path, http.NoBody)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "text/event-stream")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // the stream has ended already
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the server answered %s", resp.Status)
	}
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		payload, ok := bytes.CutPrefix(lines.Bytes(), []byte("data: "))
		if !ok {
			continue
		}
		if err := n.message(payload); err != nil {
			return err
		}
	}
	return lines.Err()
}
