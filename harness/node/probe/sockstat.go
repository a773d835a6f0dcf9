package probe

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/pushbench/pushbench/results"
)

// sockstat reads the machine's TCP sockets and the memory of their queues from net/sockstat. On loopback both ends of
// each connection are in it, and every other process's; the layer that is the server's alone comes from elsewhere.
func sockstat(_ context.Context, s Server) ([]Reading, error) {
	if s.PID == 0 {
		return nil, nil
	}
	f, err := os.Open(filepath.Join(s.Proc, strconv.Itoa(s.PID), "net", "sockstat"))
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		fields, ok := strings.CutPrefix(lines.Text(), "TCP: ")
		if !ok {
			continue
		}
		values, err := pairs(fields)
		if err != nil {
			return nil, fmt.Errorf("sockstat: %w", err)
		}
		return []Reading{
			gauge("tcp_sockets", results.Count, values["alloc"]),
			gauge("tcp_time_wait", results.Count, values["tw"]),
			gauge("tcp_memory", results.Bytes, values["mem"]*float64(os.Getpagesize())),
		}, nil
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	return nil, fmt.Errorf("no TCP line in %s", f.Name())
}

// pairs reads "name value name value".
func pairs(line string) (map[string]float64, error) {
	fields := strings.Fields(line)
	values := make(map[string]float64, len(fields)/2)
	for i := 0; i+1 < len(fields); i += 2 {
		v, err := strconv.ParseFloat(fields[i+1], 64)
		if err != nil {
			return nil, fmt.Errorf("%s is %q, not a number", fields[i], fields[i+1])
		}
		values[fields[i]] = v
	}
	return values, nil
}
