package results

import (
	"slices"
	"strings"
)

// Words of Sample.Process and HistogramRow.Process. Further servers are server-2, server-3 and so on, and a proxy is
// proxy-NAME.
const (
	ProcessServer      = "server"
	ProcessLoad        = "load"
	ProcessPublisher   = "publisher"
	ProcessCoordinator = "coordinator"
	ProcessHost        = "host"
	ProcessProxy       = "proxy" // the role: a process is proxy-NAME
	ProcessLink        = "link"
)

// ProcessOf says whose values a source had before rows named their process, when a trial had one server and no other process
// was measured by probes.
func ProcessOf(source string) string {
	switch source {
	case "agent":
		return ProcessLoad
	case "publisher":
		return ProcessPublisher
	case "trial":
		return ProcessCoordinator
	case "link":
		return ProcessLink
	case "machine", "meminfo", "sockstat", "cgroup":
		return ProcessHost
	default:
		return ProcessServer
	}
}

// role is what a process is there for: the same of server and server-2.
func role(process string) string {
	role, _, _ := strings.Cut(process, "-")
	return role
}

// roles are those of the processes whose values of a source a figure sums over. A figure of a server is that of all servers
// and of nothing else, unless it names others: see of.
func (r Rows) roles(source string) []string {
	switch one := ProcessOf(source); {
	case source == "server": // the publisher's own, wherever it runs
		return []string{ProcessServer, ProcessPublisher}
	case one == ProcessServer && r.of != nil:
		return r.of
	default:
		return []string{one}
	}
}

// of is a figure summed over the processes of other roles than server.
func of(d derivation, roles ...string) derivation {
	return func(r Rows, phase string) (float64, Warning, error) {
		r.of = roles
		return d(r, phase)
	}
}

// readTogether reports whether a source has one row for all processes of their roles.
func readTogether(source string) bool { return source == "trace" || source == "server" }

// owners are the processes whose values a figure of a source needs: each of the trial that has one of the roles.
func (r Rows) owners(source string) (names []string) {
	roles := r.roles(source)
	for _, name := range r.processes() {
		if slices.Contains(roles, role(name)) {
			names = append(names, name)
		}
	}
	return names
}

// processes are those of the trial, in the order of their first appearance.
func (r Rows) processes() (names []string) {
	if r.found != nil {
		return r.found.processes
	}
	for _, s := range r.Samples {
		if name := s.process(); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// has reports whether the trial has a process of one of the roles.
func (r Rows) has(roles ...string) bool {
	return slices.ContainsFunc(r.processes(), func(name string) bool { return slices.Contains(roles, role(name)) })
}

// OfServer reports whether it is a server's value.
func (s Sample) OfServer() bool { return role(s.process()) == ProcessServer }

// process is the process of a row, old rows without the column included.
func (s Sample) process() string {
	if s.Process == "" {
		return ProcessOf(s.Source)
	}
	return s.Process
}

func (h HistogramRow) process() string { return Sample{Process: h.Process, Source: h.Source}.process() }
