package doctor

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // RFC 6455 asks for it
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// handshake is how one was answered.
type handshake struct {
	*answer               // nil: not at all
	end     *ending       // where the connection ended in place of an answer
	wrong   string        // what a client fails at about an answer of 101; empty: nothing
	kept    time.Duration // how long the answer was waited for
}

// accepted reports whether there is a connection.
func (h *handshake) accepted() bool {
	return h.answer != nil && h.status == http.StatusSwitchingProtocols && h.wrong == ""
}

// wsConn is an upgraded connection.
type wsConn struct {
	net.Conn
	r      *bufio.Reader
	began  time.Time
	frames chan frame
	failed error         // why frames was closed
	over   chan struct{} // closed when nobody takes frames any more
}

// receive reads frames until the connection ends, so that nobody who stops waiting for one leaves half of it behind.
func (w *wsConn) receive() {
	defer close(w.frames)
	for {
		f, err := readFrame(w.r)
		if err != nil {
			w.failed = err
			return
		}
		f.at = time.Since(w.began)
		select {
		case w.frames <- f:
		case <-w.over:
			w.failed = net.ErrClosed
			return
		}
	}
}

// Close lets go of the connection.
func (w *wsConn) Close() error {
	close(w.over)
	return w.Conn.Close()
}

// upgrade opens a connection and asks for WebSocket; patience bounds the wait for the answer. Without a connection the
// handshake is the evidence; an error is that nothing could be asked.
func (c *client) upgrade(ctx context.Context, at *url.URL, header http.Header, patience time.Duration) (*wsConn, *handshake, error) {
	key := make([]byte, 16)
	_, _ = rand.Read(key) // it never fails
	nonce := base64.StdEncoding.EncodeToString(key)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, nil, err
	}
	c.dress(request, header)
	for name, value := range map[string]string{"Connection": "Upgrade", "Upgrade": "websocket", "Sec-Websocket-Version": "13", "Sec-Websocket-Key": nonce} {
		request.Header.Set(name, value)
	}
	conn, err := c.connect(ctx, at)
	if err != nil {
		return nil, nil, unreachable(err)
	}
	w := &wsConn{Conn: conn, r: bufio.NewReader(conn), began: time.Now(), frames: make(chan frame), over: make(chan struct{})}
	h := &handshake{}
	_ = conn.SetDeadline(w.began.Add(patience))
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	response, err := w.ask(request)
	h.kept = time.Since(w.began)
	if err != nil {
		if timeout := net.Error(nil); !errors.As(err, &timeout) || !timeout.Timeout() {
			h.end = &ending{how: broken(err), lived: h.kept, silent: h.kept}
		}
		return nil, h, conn.Close()
	}
	h.answer = &answer{proto: response.Proto, status: response.StatusCode, header: response.Header, took: h.kept, tls: at.Scheme == "https"}
	if response.StatusCode != http.StatusSwitchingProtocols {
		defer response.Body.Close() //nolint:errcheck // its connection is closed first
		if !eventStream(response.Header) {
			body, _ := io.ReadAll(io.LimitReader(response.Body, mostQuoted+1)) // what came until patience ended
			h.line = firstLine("", body)
		}
		return nil, h, conn.Close()
	}
	if h.wrong = wrong(response.Header, nonce); h.wrong != "" {
		return nil, h, conn.Close()
	}
	_ = conn.SetDeadline(time.Time{})
	go w.receive()
	return w, h, nil
}

// connect is TCP, and TLS where the URL has it.
func (c *client) connect(ctx context.Context, at *url.URL) (net.Conn, error) {
	port := at.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[at.Scheme]
	}
	address := net.JoinHostPort(at.Hostname(), port)
	if at.Scheme != "https" {
		return dial(ctx, "tcp", address)
	}
	config := c.tls.Clone()
	config.NextProtos = []string{"http/1.1"}
	d := tls.Dialer{NetDialer: &net.Dialer{Timeout: dialPatience}, Config: config}
	return d.DialContext(ctx, "tcp", address)
}

// ask sends a request and reads the head of the answer.
func (w *wsConn) ask(r *http.Request) (*http.Response, error) {
	if err := r.Write(w); err != nil {
		return nil, err
	}
	return http.ReadResponse(w.r, r)
}

// wrong is what a client fails at (RFC 6455, section 4.1).
func wrong(h http.Header, nonce string) string {
	sum := sha1.Sum([]byte(nonce + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")) //nolint:gosec // as above
	switch {
	case !strings.EqualFold(h.Get("Upgrade"), "websocket"):
		return "101 with Upgrade: " + orNone(h.Get("Upgrade"))
	case !strings.Contains(strings.ToLower(strings.Join(h.Values("Connection"), ",")), "upgrade"):
		return "101 with Connection: " + orNone(h.Get("Connection"))
	case h.Get("Sec-Websocket-Accept") != base64.StdEncoding.EncodeToString(sum[:]):
		return fmt.Sprintf("101 with Sec-WebSocket-Accept: %s, which is not that of the request", orNone(h.Get("Sec-Websocket-Accept")))
	default:
		return ""
	}
}
