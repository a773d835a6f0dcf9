package quirks

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// subscribeCases are servers that want more of a subscription than a GET; how they send messages is sound.
func subscribeCases() []Case {
	whole := func(_ *Subscriber, _ int, p string) []byte { return frame(0x81, p) }
	return []Case{
		{Name: "bearer", About: "401 without Authorization", Subscribe: stream(plain), Request: wants("Authorization", http.StatusUnauthorized, "no token")},
		{Name: "origin", About: "403 without Origin", Subscribe: frames(whole), Request: wants("Origin", http.StatusForbidden, "origin not allowed")},
		{Name: "subprotocol", About: "400 without a subprotocol", Subscribe: frames(whole), Request: wants("Sec-WebSocket-Protocol", http.StatusBadRequest, "missing subprotocol: mqtt")},
		{Name: "token-each", About: "401 for a token that another subscription has shown", Subscribe: stream(plain), Request: tokenEach},
		{Name: "post-stream", About: "405 to a GET: the subscription is a POST with a body", Subscribe: stream(plain), Request: postStream},
		{Name: "session", About: "400 without Mcp-Session-Id, which the answer to a POST has", Subscribe: stream(plain), Request: session},
		{Name: "own-ids", About: "401 to an id at an address where nobody has subscribed", Request: sameAddress(), Subscribe: stream(func(c *Subscriber, n int, p string) []byte {
			return fmt.Appendf(nil, "id: %d\n%s", n, plain(c, n, p))
		})},
		{Name: "ndjson", About: "no events: JSON on lines, behind a welcome and with empty lines between", Subscribe: func(c *Subscriber) {
			if c.send(headOf("application/jsonl")) && c.chunk("{\"welcome\":true}\n") {
				c.follow(text("{\"text\":%q}\r\n\n"))
			}
		}},
		{Name: "text-stream", About: "no events: lines of text/plain, and the head comes with the first", Subscribe: func(c *Subscriber) {
			if p, ok := c.next(); ok && c.send(headOf("text/plain")) && c.chunk(p+"\n") {
				c.follow(text("%s\n"))
			}
		}},
		{Name: "joins", About: "silent until the client joins a topic", Read: (*Subscriber).readTexts, Subscribe: func(c *Subscriber) {
			if c.upgrade() && c.waitFor("join") {
				sends(c, whole)
			}
		}},
		{Name: "engine-io", About: "hangs up without the text 40, and when a text 2 is not answered by 3", Read: (*Subscriber).readTexts, Subscribe: engineIO},
	}
}

// headOf is that of a stream of a media type.
func headOf(media string) string {
	return "HTTP/1.1 200 OK\r\nContent-Type: " + media + "\r\nTransfer-Encoding: chunked\r\n\r\n"
}

// wants refuses subscriptions without a header.
func wants(header string, status int, text string) func(*Server, http.ResponseWriter, *http.Request) bool {
	return func(_ *Server, w http.ResponseWriter, r *http.Request) bool {
		if own(r) || r.Header.Get(header) != "" {
			return false
		}
		w.Header().Set("WWW-Authenticate", "Bearer")
		http.Error(w, text, status)
		return true
	}
}

// own reports whether a request is no subscription.
func own(r *http.Request) bool { return r.URL.Path == "/health" || r.URL.Path == "/publish" }

func tokenEach(s *Server, w http.ResponseWriter, r *http.Request) bool {
	token := r.URL.RequestURI() + r.Header.Get("Authorization")
	s.mu.Lock()
	defer s.mu.Unlock()
	if own(r) || !slices.Contains(s.log, token) {
		if !own(r) {
			s.log = append(s.log, token)
		}
		return false
	}
	http.Error(w, "token is in use", http.StatusUnauthorized)
	return true
}

func postStream(_ *Server, w http.ResponseWriter, r *http.Request) bool {
	if own(r) {
		return false
	}
	body, _ := io.ReadAll(r.Body)
	switch {
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", "POST")
		http.Error(w, "want POST", http.StatusMethodNotAllowed)
	case string(body) != `{"stream":true}`:
		http.Error(w, "want a stream", http.StatusBadRequest)
	default:
		return false
	}
	return true
}

func session(s *Server, w http.ResponseWriter, r *http.Request) bool {
	id := r.Header.Get("Mcp-Session-Id")
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case own(r):
		return false
	case r.Method == http.MethodPost:
		id = fmt.Sprintf("s%d", len(s.log))
		s.log = append(s.log, id)
		w.Header().Set("Mcp-Session-Id", id)
		_, _ = io.WriteString(w, `{"result":{}}`)
		return true
	case slices.Contains(s.log, id):
		return false
	default:
		http.Error(w, "Mcp-Session-Id header is required", http.StatusBadRequest)
		return true
	}
}

// sameAddress refuses an id at an address where nobody has subscribed without one.
func sameAddress() func(*Server, http.ResponseWriter, *http.Request) bool {
	var mu sync.Mutex
	var known []string
	return func(_ *Server, w http.ResponseWriter, r *http.Request) bool {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case own(r):
			return false
		case r.Header.Get("Last-Event-ID") == "":
			known = append(known, r.URL.RequestURI())
			return false
		case slices.Contains(known, r.URL.RequestURI()):
			return false
		}
		http.Error(w, "whose id is that?", http.StatusUnauthorized)
		return true
	}
}

// waitFor returns when the client has sent a text that contains another; false: it has left.
func (c *Subscriber) waitFor(part string) bool {
	for text := range c.texts {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}

// sends writes each message as frames.
func sends(c *Subscriber, e event) {
	for n := 1; ; n++ {
		p, ok := c.next()
		if !ok || !c.send(string(e(c, n, p))) {
			return
		}
	}
}

// engineIO asks for its answers with a ping every 50 ms, and gives each a second.
func engineIO(c *Subscriber) {
	if !c.upgrade() || !c.send(string(frame(0x81, `0{"sid":"q","pingInterval":50}`))) || !c.waitFor("40") {
		return
	}
	c.send(string(frame(0x81, `40{"sid":"r"}`)))
	go func() {
		defer c.Close() //nolint:errcheck // it hangs up
		for c.wait(50*time.Millisecond) && c.send(string(frame(0x81, "2"))) {
			select {
			case text, open := <-c.texts:
				if !open || text != "3" {
					return
				}
			case <-time.After(time.Second):
				return
			}
		}
	}()
	sends(c, func(_ *Subscriber, _ int, p string) []byte { return frame(0x81, `42["m","`+quoted(p)+`"]`) })
}

// readTexts puts the texts of a WebSocket's client where a case finds them, until it leaves.
func (c *Subscriber) readTexts() {
	defer close(c.texts)
	for {
		first, text, err := readFrame(c.In)
		if err != nil || first&15 == 8 {
			return
		}
		if first&15 == 1 {
			c.texts <- text
		}
	}
}

// readFrame reads one masked frame of up to 16 MiB.
func readFrame(in *bufio.Reader) (first byte, payload string, err error) {
	head := make([]byte, 2)
	if _, err := io.ReadFull(in, head); err != nil {
		return 0, "", err
	}
	size := int(head[1] & 127)
	switch size {
	case 126:
		long := make([]byte, 2)
		if _, err := io.ReadFull(in, long); err != nil {
			return 0, "", err
		}
		size = int(binary.BigEndian.Uint16(long))
	case 127:
		long := make([]byte, 8)
		if _, err := io.ReadFull(in, long); err != nil {
			return 0, "", err
		}
		if size = int(binary.BigEndian.Uint64(long)); size < 0 || size > 1<<24 { //nolint:gosec // that
			return 0, "", errors.New("too long")
		}
	}
	rest := make([]byte, 4+size)
	if _, err := io.ReadFull(in, rest); err != nil {
		return 0, "", err
	}
	for i := range size {
		rest[4+i] ^= rest[i&3]
	}
	return head[0], string(rest[4:]), nil
}

// WriteCertificate writes a certificate for the name quirks.test, and its key, into one file.
func WriteCertificate(path string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"quirks.test"}, NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	text := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})...)
	return os.WriteFile(path, text, 0o600)
}
