package servers

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
)

// An event stream is compressed where its row says so and the client offers it, and else it is not: with a client that looks
// at the coding itself, to the end of the stream, which must be that of one gzip member with its checksum.
func TestStreamsAreCompressedAsTheirRowsSay(t *testing.T) {
	for _, l := range Lanes() {
		if l.Transport != "sse" {
			continue
		}
		for _, offer := range []string{"gzip, br", "br", "gzip;q=0"} {
			t.Run(l.Name+"/"+offer, func(t *testing.T) {
				p := start(t, Config{Lane: l.Name})
				resp := p.offering(t, offer)
				defer resp.Body.Close()
				want := ""
				if l.Stated.Compression != "off" && strings.HasPrefix(offer, "gzip,") {
					want = "gzip"
				}
				if got := resp.Header.Get("Content-Encoding"); got != want {
					t.Fatalf("content encoding %q, and the row says %q", got, l.Stated.Compression)
				}
				const messages, size = 20, 2000
				p.until(t, "hub/subscribers", 1) // the head may be ahead of it
				p.call(t, http.MethodPost, "/broadcast", p.Token, wire.Broadcast{Rate: 1e4, Count: messages, Size: size, Payload: wire.PayloadJSON})
				p.until(t, "hub/delivered", messages)
				p.cancel()
				raw, err := io.ReadAll(resp.Body)
				if err != nil {
					t.Fatal(err)
				}
				if err := <-p.ended; err != nil {
					t.Errorf("server: %v", err)
				}
				stream := raw
				if want == "gzip" {
					if stream = gunzip(t, raw); len(raw) > len(stream)/2 {
						t.Errorf("%d bytes of %d are left", len(raw), len(stream))
					}
				}
				if n := bytes.Count(stream, []byte("data:")); n < 1+messages {
					t.Errorf("%d events, want %d and a greeting", n, messages)
				}
			})
		}
	}
}

// until waits for one of the server's figures.
func (p *process) until(t *testing.T, name string, want float64) {
	t.Helper()
	got := p.stat(t, name)
	for end := time.Now().Add(patience); got != want; got = p.stat(t, name) {
		if time.Now().After(end) {
			t.Fatalf("%s is %v after %v, want %v", name, got, patience, want)
		}
	}
}

// offering subscribes with a client that undoes no coding by itself.
func (p *process) offering(t *testing.T, codings string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", codings)
	client := p.client(t)
	t.Cleanup(client.CloseIdleConnections)
	resp, err := client.Transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

// gunzip reads one member, behind which nothing may be.
func gunzip(t *testing.T, raw []byte) []byte {
	t.Helper()
	from := bytes.NewReader(raw)
	r, err := gzip.NewReader(from)
	if err != nil {
		t.Fatal(err)
	}
	r.Multistream(false)
	stream, err := io.ReadAll(r)
	if err != nil || from.Len() > 0 {
		t.Errorf("after %d bytes of content: %v, %d bytes behind the end", len(stream), err, from.Len())
	}
	return stream
}
