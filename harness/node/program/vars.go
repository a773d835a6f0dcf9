package program

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"text/template"
	"time"

	"github.com/pushbench/pushbench/internal/ports"
	"github.com/pushbench/pushbench/internal/secret"
	"github.com/pushbench/pushbench/internal/wire"
)

// Vars are what the templates of a program may use.
type Vars struct {
	Folder      string        // of the files under config
	Here        string        // of the program's file, absolute; empty: it has none
	Peers       string        // of the programs that make peers builds
	CPUs        int           // of the server
	Connections int           // there will be, at most
	Heartbeat   time.Duration // longest silence of a connection; 0: any

	LeadsTo string        // HOST:PORT, of a proxy; empty: it is none
	Silence time.Duration // that a proxy allows in place of what its file has; 0: what that has
	Front   Front         // how clients reach a proxy

	Each    bool     // what is rendered may differ between clients
	Columns []string // of what does, besides their numbers
	Taken   []string // names of the values that the answer before a subscription gives

	Env       func(name string) (string, error) // nil: the environment's variables
	Ports     map[string]int                    // taken so far, by name
	Places    map[string]bool                   // of Idle, TLS and H2, those that templates have
	listeners []net.Listener
}

// Port returns a free port, the same one each time for a name; without a name, that of the subscribers. The ports are taken
// until Release, so that all of them differ, and no outgoing connection can take one before the server does.
func (v *Vars) Port(name ...string) (int, error) {
	key := strings.Join(name, " ")
	if port, ok := v.Ports[key]; ok {
		return port, nil
	}
	l, err := ports.Listen("127.0.0.1", func(address string) (net.Listener, error) {
		return net.Listen("tcp", address) //nolint:noctx // returns at once
	})
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	if v.Ports == nil {
		v.Ports = map[string]int{}
	}
	v.listeners = append(v.listeners, l)
	v.Ports[key] = l.Addr().(*net.TCPAddr).Port //nolint:forcetypeassert // what Listen gives for tcp
	return v.Ports[key], nil
}

// Release lets the server have its ports.
func (v *Vars) Release() {
	for _, l := range v.listeners {
		_ = l.Close() // nothing was accepted
	}
	v.listeners = nil
}

// Text is a template, rendered.
func (v *Vars) Text(text string) (string, error) {
	env := v.Env
	if env == nil {
		env = wire.Environment
	}
	t, err := template.New("").Option("missingkey=error").Funcs(template.FuncMap{"env": env}).Parse(text)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	switch err := t.Execute(&b, v); {
	case err == nil:
		return b.String(), nil
	case strings.Contains(err.Error(), "map has no entry for key"):
		return "", fmt.Errorf("%w: Client has %s, and Before %s", err, listed(v.Columns), listed(v.Taken))
	case strings.Contains(err.Error(), "can't evaluate field"):
		return "", fmt.Errorf("%w: there are Port, Folder, Here, Peers, CPUs, Connections and Heartbeat, in subscribe Client and Before, and in proxies Upstream, Idle, TLS, H2 and Certificate", err)
	default:
		return "", err
	}
}

func listed(names []string) string { return cmp.Or(strings.Join(names, ", "), "nothing by name") }

// Client is what stands for the values of a client: its number, and by name those of its columns.
type Client map[string]string

// String stands for the client's number.
func (Client) String() string { return wire.ClientMark("") }

// Client is what a template has of the clients: text that each of them replaces by its own.
func (v *Vars) Client() (Client, error) {
	if !v.Each {
		return nil, errors.New("what differs between clients can stand under subscribe alone")
	}
	c := Client{}
	for _, column := range v.Columns {
		c[column] = wire.ClientMark(column)
	}
	return c, nil
}

// Before is what a template has of the answer before a subscription.
func (v *Vars) Before() (map[string]string, error) {
	if !v.Each {
		return nil, errors.New("what the answer before a subscription has can stand under subscribe alone")
	}
	all := map[string]string{}
	for _, name := range v.Taken {
		all[name] = wire.BeforeMark(name)
	}
	return all, nil
}

// URL is a template that gives a URL, rendered, and resolved where it is relative to the program's own.
func (v *Vars) URL(p Program, text string) (*url.URL, error) {
	base := cmp.Or(p.URL, "http://127.0.0.1:{{.Port}}")
	var both [2]*url.URL
	for i, t := range []string{base, text} {
		rendered, err := v.Text(t)
		if err != nil {
			return nil, err
		}
		if both[i], err = url.Parse(rendered); err != nil {
			return nil, unquoted(err)
		}
	}
	u := both[0].ResolveReference(both[1])
	odd := strings.IndexFunc(u.RawQuery, func(c rune) bool { return c <= ' ' || c >= 0x7f })
	usual := map[string]string{"http": "80", "ws": "80", "https": "443", "wss": "443"}[u.Scheme]
	port, err := strconv.ParseUint(cmp.Or(u.Port(), usual, "0"), 10, 16)
	switch {
	case usual == "":
		return nil, fmt.Errorf("%s is none pushbench speaks: want http://HOST:PORT/PATH, https, ws or wss, or a path", secret.Mask(u.String()))
	case u.Hostname() == "":
		return nil, fmt.Errorf("%s has no host", secret.Mask(u.String()))
	case err != nil || port == 0:
		return nil, fmt.Errorf("%q is no port: want 1 to 65535", u.Port())
	case odd >= 0:
		return nil, fmt.Errorf("its query holds %q, which no request can: write %s", u.RawQuery[odd:odd+1], url.PathEscape(u.RawQuery[odd:odd+1]))
	case u.Port() == "":
		u.Host = net.JoinHostPort(u.Hostname(), usual)
	}
	return u, nil
}

// unquoted is an error of a URL without the URL, which may hold a secret.
func unquoted(err error) error {
	if e := (*url.Error)(nil); errors.As(err, &e) {
		return fmt.Errorf("no URL: %w", e.Err)
	}
	return err
}

// relative is a template that gives a path, rendered; relative ones begin at the program's file.
func (v *Vars) relative(text string) (string, error) {
	path, err := v.Text(text)
	if err == nil && !filepath.IsAbs(path) {
		path = filepath.Join(v.Here, path)
	}
	return path, err
}

// Runs is the folder the program runs in.
func (p Program) Runs(v *Vars) (string, error) {
	if v.Here == "" && p.Folder == "" {
		return v.Folder, nil // of the files under config: a program without a file of its own has no other
	}
	return v.relative(p.Folder)
}

// Missing is the error of what the program needs and this machine lacks, with the remedy; nil: nothing. Errors call the
// program by a label.
func (p Program) Missing(label string, v *Vars) error {
	for _, name := range p.Variables {
		if _, err := wire.Environment(name); err != nil {
			return fmt.Errorf("%s needs the environment variable %s, which is not set: export %s", label, name, name)
		}
	}
	for _, n := range p.Needs {
		what := n.Program
		if n.File != "" {
			path, err := v.relative(n.File)
			if err != nil {
				return err
			}
			what = path
			if _, err := os.Stat(path); err == nil {
				continue
			}
		} else if _, err := exec.LookPath(n.Program); err == nil {
			continue
		}
		return fmt.Errorf("%s needs %s, which is not there: %s", label, what, n.Get)
	}
	return nil
}

// PeersVariable is the environment variable of the folder with the programs of make peers.
const PeersVariable = "PUSHBENCH_PEERS"

// Vars are a program's variables before it is started.
func (p Program) Vars() *Vars {
	v := &Vars{Here: p.Here, Peers: os.Getenv(PeersVariable), Each: true, Columns: p.Columns, Taken: p.Taken}
	if self, err := os.Executable(); err == nil && v.Peers == "" {
		v.Peers = filepath.Join(filepath.Dir(self), "peers")
	}
	return v
}
