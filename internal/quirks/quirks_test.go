package quirks

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
)

// The sound case delivers what is published; the others differ from it in one way, which the tests that use them hold.
func TestSoundCase(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- Serve(ctx, l, "sse") }()
	base := "http://" + l.Addr().String()
	stream, err := http.Get(base + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	published, err := http.Post(base+"/publish", "text/plain", strings.NewReader("hello"))
	if err != nil {
		t.Fatal(err)
	}
	_ = published.Body.Close()
	if line, err := bufio.NewReader(stream.Body).ReadString('\n'); err != nil || line != "data: hello\n" {
		t.Errorf("%q, %v", line, err)
	}
	cancel()
	if err := <-served; err != nil {
		t.Error(err)
	}
}

func TestCasesHaveNames(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range Cases() {
		if c.Name == "" || c.About == "" || c.Subscribe == nil && c.Request == nil || seen[c.Name] {
			t.Errorf("%+v", c.Name)
		}
		seen[c.Name] = true
	}
	if err := Serve(t.Context(), nil, "no such case"); err == nil {
		t.Error("an unknown case is served")
	}
}
