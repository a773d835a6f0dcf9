package results

import "strings"

// Words of Sample.Process and HistogramRow.Process. Further servers are server-2, server-3 and so on, and a proxy is
// proxy-NAME.
const (
	ProcessServer      = "server"
	ProcessLoad        = "load"
	ProcessPublisher   = "publisher"
	ProcessCoordinator = "coordinator"
	ProcessHost        = "host"
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
	case "machine", "meminfo", "sockstat", "cgroup":
		return ProcessHost
	default:
		return ProcessServer
	}
}

func isFurtherServer(process string) bool { return strings.HasPrefix(process, ProcessServer+"-") }
