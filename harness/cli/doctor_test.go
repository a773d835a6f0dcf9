package cli

import (
	"context"
	"net"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pushbench/pushbench/internal/quirks"
)

// quirkServer serves a case of internal/quirks beside the script, and puts its address into $URL: quirk live-cut.
func quirkServer(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: quirk CASE")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- quirks.Serve(ctx, l, args[0]) }()
	ts.Defer(func() {
		cancel()
		ts.Check(<-served)
	})
	ts.Setenv("URL", "http://"+l.Addr().String()+"/events")
}
