// Package program is what can be started on a node, or found running there: a command with its files, environment and needs, how
// to see that it is ready, and how it ends. Servers of ours and of others, proxies and brokers are programs.
//
// It stands below node, which starts programs, and scenario, which reads them from YAML.
package program

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
)

// Role is what a process is there for. CPUs are divided over roles, and metrics name the roles they sum over.
type Role string

// The roles.
const (
	Server    Role = "server"
	Load      Role = "load"
	Publisher Role = "publisher"
	Proxy     Role = "proxy"
	Broker    Role = "broker"
	Link      Role = "link"
	Browser   Role = "browser"
)

// RoleOf is that of the process with a name: ROLE or ROLE-NUMBER.
func RoleOf(process string) Role {
	role, _, _ := strings.Cut(process, "-")
	return Role(role)
}

// Measured reports whether what processes of the role cost is the answer of a trial. The others cause the load.
func (r Role) Measured() bool { return r != Load && r != Publisher }

// Name is that of the process of a role with this number, from 1 on.
func (r Role) Name(number int) string {
	if number == 1 {
		return string(r)
	}
	return fmt.Sprintf("%s-%d", r, number)
}

// Program is something to start or to attach to. Render has which of its texts are templates.
type Program struct {
	Command     []string          `json:"command"` // empty: it runs already
	Stop        string            `json:"stop"`    // name of the signal that asks it to end: one of process.Signals; empty: TERM
	Folder      string            `json:"folder"`  // where it runs; empty: Here
	Environment map[string]string `json:"environment"`
	Config      map[string]string `json:"config"` // text by file name
	URL         string            `json:"url"`    // what other URLs are relative to; empty: http://127.0.0.1:{{.Port}}
	Health      string            `json:"health"` // is asked until it answers; empty: it is ready when it accepts connections
	Needs       []Need            `json:"needs"`

	Here      string            `json:"here,omitempty"`      // absolute folder of its file; empty: it has none
	Variables []string          `json:"variables,omitempty"` // of the environment that its templates name
	Serves    string            `json:"serves,omitempty"`    // a URL: its clients connect there
	Trust     wire.Trust        `json:"trust,omitzero"`      // where its URLs are https
	Columns   []string          `json:"columns,omitempty"`   // of what differs between its clients
	Taken     []string          `json:"taken,omitempty"`     // names of what the answer before a subscription gives
	URLs      map[string]string `json:"urls,omitempty"`      // further ones to fill in for the coordinator
	Texts     map[string]string `json:"texts,omitempty"`     // and further texts
	Drain     time.Duration     `json:"drain,omitempty"`     // how long it may take to end
	Found     *Found            `json:"found,omitempty"`     // of what runs already and has no clients of the load; nil: it is none of that

	// Of a program that is this very binary.
	Own       bool            `json:"own,omitempty"`       // Command has its arguments
	Build     string          `json:"build,omitempty"`     // file of another build of it; empty: this one
	Announces bool            `json:"announces,omitempty"` // it prints a ready line
	Isolated  bool            `json:"isolated,omitempty"`  // it runs in a network namespace of its own
	Bus       bool            `json:"bus,omitempty"`       // its environment says where the node's bus is
	Stdin     json.RawMessage `json:"stdin,omitempty"`     // the first line on its stdin: arguments can be read by everybody on the machine
}

// Found says how processes are found that run already: one of its fields does, with those that the processes have started.
type Found struct {
	Port    int    `json:"port"`    // they listen at it, on this machine's loopback or everywhere
	PIDFile string `json:"pidfile"` // file with the number of one, absolute or relative to Here
	Group   string `json:"group"`   // part of the path of their control group: a unit, or the ID of a container
}

// String says what is looked for, after "no process": listens at port 6379.
func (f Found) String() string {
	switch {
	case f.Port > 0:
		return fmt.Sprintf("listens at port %d", f.Port)
	case f.PIDFile != "":
		return "has the number in " + f.PIDFile
	default:
		return "is in a control group " + f.Group
	}
}

// Need is a program or a file that a program cannot do without.
type Need struct {
	Program string `json:"program"`
	File    string `json:"file"`
	Get     string `json:"get"` // how
}

// Started reports whether it is started, or found running.
func (p Program) Started() bool { return len(p.Command) > 0 }

// Rendered is a program with its templates rendered.
type Rendered struct {
	URLs  map[string]string `json:"urls,omitempty"`
	Texts map[string]string `json:"texts,omitempty"`
}
