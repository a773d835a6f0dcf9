package results

import "strings"

// because adds to a reason for which a figure is missing why the machine did not give it, where the record of the run says so.
func (r Run) because(reason string) string {
	for _, source := range []struct{ said, key string }{ // a row that is missing, and the word of Environment.Accounting about it
		{"no kernel_memory of sockets ", "socket objects"},
		{"no client_kernel_memory of sockets ", "socket objects"},
		{"no queued of sockets ", "socket buffers"},
		{"no write_calls of io ", "reads and writes"},
		{"no written_bytes of io ", "reads and writes"},
		{"no messages of trace ", AccountingTrace},
	} {
		why, unknown := strings.CutPrefix(r.Environment.Accounting[source.key], Unknown)
		if unknown && strings.HasPrefix(reason, source.said) {
			return reason + ": " + why
		}
	}
	return reason
}
