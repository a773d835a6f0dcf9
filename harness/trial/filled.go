package trial

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"

	"github.com/pushbench/pushbench/harness/scenario"
)

// filled is a lane file with its templates filled in, for one trial.
type filled struct {
	folder      string // with the files under config
	command     []string
	environment []string
	subscribe   *url.URL
	health      *url.URL // nil: ready is who accepts connections
	publish     []string // arguments of the publisher process
}

// fill fills in the templates and writes the files. The folder is to be removed, after an error too.
func fill(o ExternalOptions) (f filled, err error) {
	e, vars := o.Lane, scenario.VarsFor(o.Lane)
	vars.CPUs, vars.Connections, vars.Heartbeat = len(o.CPUs), o.Connections, o.Heartbeat
	defer vars.Release() // the server is about to listen
	if vars.Folder, err = os.MkdirTemp("", "pushbench-"+e.Name+"-"); err != nil {
		return f, fmt.Errorf("lane %s: no folder for its files: %w: set TMPDIR to one that can be written to", e.Name, err)
	}
	f.folder = vars.Folder
	for name, text := range e.Config {
		if err := writeFilled(vars, name, text); err != nil {
			return f, fmt.Errorf("lane %s: config: %s: %w", e.Name, name, err)
		}
	}
	for _, text := range e.Command {
		argument, err := vars.Text(text)
		if err != nil {
			return f, fmt.Errorf("lane %s: command: %w", e.Name, err)
		}
		f.command = append(f.command, argument)
	}
	for name, text := range e.Environment {
		value, err := vars.Text(text)
		if err != nil {
			return f, fmt.Errorf("lane %s: environment: %s: %w", e.Name, name, err)
		}
		f.environment = append(f.environment, name+"="+value)
	}
	err = f.urls(e, vars)
	return f, err
}

func writeFilled(vars *scenario.Vars, name, text string) error {
	content, err := vars.Text(text)
	if err != nil {
		return err
	}
	path := filepath.Join(vars.Folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(content), 0o600)
}

func (f *filled) urls(e *scenario.External, vars *scenario.Vars) (err error) {
	if f.subscribe, err = vars.URL(e, e.Subscribe); err != nil {
		return fmt.Errorf("lane %s: subscribe: %w", e.Name, err)
	}
	if e.Health != "" {
		if f.health, err = vars.URL(e, e.Health); err != nil {
			return fmt.Errorf("lane %s: health: %w", e.Name, err)
		}
	}
	to, err := vars.URL(e, e.Publish.URL)
	if err != nil {
		return fmt.Errorf("lane %s: publish: %w", e.Name, err)
	}
	f.publish = []string{"publish", "--child", "--lane", e.Name, "--method", e.Publish.Method, "--url", to.String(), "--body", e.Publish.Body}
	for name, value := range e.Publish.Headers {
		f.publish = append(f.publish, "--header", name+": "+value)
	}
	return nil
}

// address is where subscribers connect, as a number: the sockets of the server are known by it.
func (f *filled) address(ctx context.Context) (netip.AddrPort, error) {
	host := f.subscribe.Hostname()
	port, err := strconv.ParseUint(f.subscribe.Port(), 10, 16)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("subscribe: %s: no port: %w", f.subscribe, err)
	}
	all, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("subscribe: %w", err)
	}
	for _, a := range all {
		if a.Unmap().Is4() { // localhost is both, and most servers listen there
			return netip.AddrPortFrom(a.Unmap(), uint16(port)), nil
		}
	}
	return netip.AddrPortFrom(all[0], uint16(port)), nil
}
