// Package gateway translates between the HTTP/1.1 that decoders speak and the streams of HTTP/2 and HTTP/3, as a gateway does
// (RFC 9113, section 8; RFC 9114, section 4).
//
// It stands between the fleet's clients and the dialers of these protocols, which own connections.
package gateway

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net/http"

	"github.com/pushbench/pushbench/internal/wire"
)

// Translate makes a request of the client of an HTTP/1.1 request.
func Translate(ctx context.Context, b []byte, to *wire.Target) (*http.Request, error) {
	request, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(b)))
	if err != nil {
		return nil, fmt.Errorf("a request that is not HTTP cannot go over HTTP/2 or HTTP/3: %w", err)
	}
	request.RequestURI = "" // a client must not set it
	request.URL.Scheme, request.URL.Host = "http", to.Address
	if to.TLS {
		request.URL.Scheme = "https"
	}
	return request.WithContext(ctx), nil
}
