package cli

import (
	"math"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/servers"
)

// The fleet finds what it expects on every lane, and counts the bytes that were on the wire for it: a lane that must encode
// pays for that, one that compresses is paid, and no other adds much.
func comparingClauses() (all []clause) {
	for _, engine := range []fleet.Engine{fleet.Goroutines, fleet.Epoll} {
		for _, payload := range []string{wire.PayloadBinary, wire.PayloadJSON} {
			o := fleet.Options{Engine: engine, Reader: fleet.Eager}
			all = append(all, engineClause("bytes of "+payload, o, func(t *testing.T, l *inProcess) { compareAndCount(t, l, o, payload) }))
		}
	}
	return all
}

func compareAndCount(t *testing.T, l *inProcess, o fleet.Options, payload string) {
	t.Helper()
	const connections, messages, size = 8, 32, 3000
	targets, err := l.Targets()
	if err != nil {
		t.Fatal(err)
	}
	f := l.load(t, o, targets[0])
	if err := f.Ramp(t.Context(), wire.Ramp{Targets: targets, Connections: connections, PerSecond: 2000, Agents: 1}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Collect(t.Context(), wire.Collect{}); err != nil {
		t.Fatal(err)
	}
	b := wire.Broadcast{Rate: 200, Count: messages, Size: size, Payload: payload, Seed: 7}
	if err := f.Expect(t.Context(), wire.Expect{Content: b.Content()}); err != nil {
		t.Fatal(err)
	}
	done, err := l.Broadcast(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	r, err := f.Collect(t.Context(), wire.Collect{After: done.After, Through: done.Through, Timeout: patience})
	if err != nil {
		t.Fatal(err)
	}
	if want := uint64(connections * messages / 16); r.Received != connections*messages || r.Compared != want || r.Changed != 0 {
		t.Errorf("%d received, %d compared, %d of them changed; want %d, %d, none", r.Received, r.Compared, r.Changed, connections*messages, want)
	}
	row, _ := servers.LaneByName(l.line.Lane)
	least, most := 1.0, 1.15 // of the payload; polls have heads, JSON in a JSON string escapes its quotes
	switch compresses := row.Stated.Compression != "off"; {
	case payload == wire.PayloadBinary && encodes(row) && compresses:
		least, most = 1.005, 1.05 // base64 is 6 bits in 8, which Huffman's code knows
	case payload == wire.PayloadBinary && encodes(row):
		least, most = 4.0/3, 1.5
	case payload == wire.PayloadJSON && compresses:
		least, most = 0.1, 0.4
	case payload == wire.PayloadJSON && strings.Contains(row.Transport, "json") || strings.HasSuffix(row.Transport, "poll"):
		most = 1.4
	}
	if row.Sessionless {
		most = math.Inf(1) // polls without an answer are as many as the machine manages
	}
	if share := float64(r.Bytes) / float64(r.Received*size); share < least || share > most {
		t.Errorf("%.3f bytes on the wire for each of %s, want %.3f to %.3f", share, payload, least, most)
	}
}

// encodes reports whether a lane's row says that what is no text goes as base64.
func encodes(l servers.Lane) bool {
	return strings.HasPrefix(l.Setting("binary payloads"), "base64")
}
