package cli

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/pushbench/pushbench/results"
)

// unread is what a run misses where a kind of figures is unknown. No row: nothing a reader would look for.
func unread() map[string]string {
	return map[string]string{
		"socket buffers":        "memory_per_connection and kernel_per_connection are missing, rss_per_connection is there",
		"socket objects":        "memory_per_connection and kernel_per_connection are missing, rss_per_connection is there",
		"socket options":        "socket options in the fairness table are as stated, not as read",
		"reads and writes":      "writes_per_message and written_bytes_per_message are missing",
		results.AccountingTrace: "traced phases are left out, and with them the stages of latency",
	}
}

// checkReadable lists the figures this machine does not give, and why.
func checkReadable(s Streams, accounting map[string]string) error {
	w := tabwriter.NewWriter(s.Out, 0, 0, 2, ' ', 0)
	for _, what := range slices.Sorted(maps.Keys(accounting)) {
		verdict := "ok"
		why, unknown := strings.CutPrefix(accounting[what], results.Unknown)
		if missing, ok := unread()[what]; unknown && ok {
			verdict = "warning: " + missing
			if os.Geteuid() != 0 {
				verdict += ": run as root"
			}
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", what, why, verdict)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(s.Out)
	return nil
}
