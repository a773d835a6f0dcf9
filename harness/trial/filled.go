package trial

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"

	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/wire"
)

// filled is a lane file with its templates filled in, for one trial.
type filled struct {
	folder      string // with the files under config
	runs        string // the folder the program runs in
	command     []string
	environment []string
	subscribe   *url.URL
	health      *url.URL // nil: ready is who accepts connections
	publish     wire.Publisher
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
	if f.runs, err = vars.Runs(e); err != nil {
		return f, fmt.Errorf("lane %s: folder: %w", e.Name, err)
	}
	f.publish = wire.Publisher{
		Lane: e.Name, Method: e.Publish.Method, Header: http.Header{}, Body: e.Publish.Body, Answer: e.Publish.Answer,
		Concurrency: e.Publish.Concurrency, Patience: o.Patience,
	}
	for name, text := range e.Publish.Headers {
		value, err := vars.Text(text)
		if err != nil {
			return f, fmt.Errorf("lane %s: publish.headers.%s: %w", e.Name, name, err)
		}
		f.publish.Header.Set(name, value)
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

// plainHTTP is what requests speak, where the lane's URL may be that of a WebSocket.
const plainHTTP = "http"

func (f *filled) urls(e *scenario.External, vars *scenario.Vars) (err error) {
	if f.subscribe, err = vars.URL(e, e.Subscribe); err != nil {
		return fmt.Errorf("lane %s: subscribe: %w", e.Name, err)
	}
	if e.Health != "" {
		if f.health, err = vars.URL(e, e.Health); err != nil {
			return fmt.Errorf("lane %s: health: %w", e.Name, err)
		}
		f.health.Scheme = plainHTTP
	}
	to, err := vars.URL(e, e.Publish.URL)
	if err != nil {
		return fmt.Errorf("lane %s: publish: %w", e.Name, err)
	}
	to.Scheme = plainHTTP
	f.publish.URL = to.String()
	return nil
}

// header is what subscribers send beside what their protocol asks for.
func (f *filled) header() string {
	if f.subscribe.User == nil {
		return ""
	}
	r := http.Request{Header: http.Header{}}
	password, _ := f.subscribe.User.Password()
	r.SetBasicAuth(f.subscribe.User.Username(), password)
	return "Authorization: " + r.Header.Get("Authorization") + "\r\n"
}
