package conform

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/pushbench/pushbench/clients/http1"
	"github.com/pushbench/pushbench/internal/wire"
)

// badResume asks to resume after a word.
func badResume(ctx context.Context, h *session) error {
	if h.target.External != nil {
		return ownNumbers
	}
	const number, word = 987654321987654321, "yesterday"
	return h.refused(ctx, h.target, http.StatusBadRequest, number, func(request []byte) []byte {
		return bytes.Replace(request, fmt.Append(nil, number), []byte(word), 1)
	})
}

// unknownPath requests a path that does not exist.
func unknownPath(ctx context.Context, h *session) error {
	if h.target.External != nil {
		return ownPaths
	}
	elsewhere := h.target
	path, query, asked := strings.Cut(elsewhere.Path, "?")
	elsewhere.Path = path + "/nothing-is-here"
	if asked {
		elsewhere.Path += "?" + query
	}
	return h.refused(ctx, elsewhere, http.StatusNotFound, wire.Live, func(request []byte) []byte { return request })
}

// refused sends a subscriber's own request, changed, and wants the status for an answer.
func (h *session) refused(ctx context.Context, t wire.Target, status int, after uint64, change func([]byte) []byte) error {
	request := h.client.Decoder().Open(t, after)
	// A dialer that makes the request itself is given its path.
	if !bytes.Contains(request, []byte(" HTTP/1.1\r\n")) && !bytes.HasPrefix(request, []byte("/")) {
		return SkipReason("its requests are not HTTP's: it has no words to refuse with")
	}
	stream, err := open(ctx, h.client, t, change(request))
	var refusal interface{ Status() int } // of a dialer that reads the answer itself
	if errors.As(err, &refusal) && refusal.Status() == status {
		return nil
	}
	if err != nil {
		return err
	}
	defer stream.Close() //nolint:errcheck // the answer has been read
	defer context.AfterFunc(ctx, func() { _ = stream.Close() })()
	resp, err := http.ReadResponse(bufio.NewReader(stream), nil)
	if err != nil {
		return fmt.Errorf("no answer: %w", errors.Join(context.Cause(ctx), err))
	}
	defer func() { // a body that has no end is not read to it
		_ = stream.Close()
		_ = resp.Body.Close()
	}()
	if resp.StatusCode != status {
		return fmt.Errorf("the answer is %s: want status %d", answered(resp), status)
	}
	return nil
}

// answered is a refusing answer, on one line.
func answered(r *http.Response) string {
	begin := make([]byte, 200)
	n, _ := r.Body.Read(begin) // a stream has no end
	return r.Status + http1.Says(r.Header.Get, begin[:n])
}
