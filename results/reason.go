package results

// because adds to a missing figure why the machine did not give it, where the run recorded that.
func (r Run) because(w Warning) Warning {
	if w.Code != Missing {
		return w
	}
	for _, of := range []struct{ metric, source, key string }{ // a row that is missing, and the key of Environment.Accounting about it
		{"kernel_memory", "sockets", "socket objects"},
		{"client_kernel_memory", "sockets", "socket objects"},
		{"queued", "sockets", "socket buffers"},
		{"write_calls", "io", "reads and writes"},
		{"written_bytes", "io", "reads and writes"},
		{"messages", "trace", AccountingTrace},
	} {
		if why, unread := r.Environment.Unread(of.key); unread && w.Args["metric"] == of.metric && w.Args["source"] == of.source {
			return w.With("why", why)
		}
	}
	return w
}
