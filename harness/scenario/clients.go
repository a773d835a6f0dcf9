package scenario

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/pushbench/pushbench/internal/strict"
	"github.com/pushbench/pushbench/internal/wire"
)

// mostClients bounds the file of a lane's clients, in bytes: a trial sends it to the load with each ramp.
const mostClients = 16 << 20

// readClients reads a file of CSV: the names of its columns, then a line for each client. Errors have its name, and a line where one is
// wrong.
func readClients(path string) (*wire.Clients, error) {
	source, err := strict.ReadUpTo(path, mostClients)
	if err != nil {
		return nil, err
	}
	name := filepath.Base(path)
	if len(source) > mostClients {
		return nil, fmt.Errorf("%s is larger than %d MiB", name, mostClients>>20)
	}
	lines, err := csv.NewReader(bytes.NewReader(source)).ReadAll()
	if wrong := (*csv.ParseError)(nil); errors.As(err, &wrong) {
		return nil, fmt.Errorf("%s:%d:%d: %w", name, wrong.Line, wrong.Column, wrong.Err)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(lines) < 2 {
		return nil, fmt.Errorf("%s has no clients: want a line with the names of its columns, such as user,token, and a line for each client", name)
	}
	all := &wire.Clients{Columns: lines[0], Rows: lines[1:]}
	for i, column := range all.Columns {
		if !regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`).MatchString(column) || slices.Contains(all.Columns[:i], column) {
			return nil, fmt.Errorf("%s:1: column %d is called %q: want a name of its own, of letters, digits and _", name, i+1, column)
		}
	}
	for i, row := range all.Rows {
		for _, value := range row {
			if !httpguts.ValidHeaderFieldValue(value) {
				return nil, fmt.Errorf("%s: client %d: a value holds a line break or another control character", name, i+1)
			}
		}
	}
	return all, nil
}

// clients reads the file that a lane names, and reports what is wrong with it.
func (r *reader) clients(root *strict.Node) *wire.Clients {
	n := root.Child("clients")
	if n.Broken || n.Text == "" {
		return nil
	}
	all, err := readClients(r.pathOf(n.Text))
	if err != nil {
		r.Report(n.Position, "clients: %s", strings.TrimPrefix(err.Error(), "open "))
		n.Broken = true
	}
	return all
}

// enough reports lanes whose files have fewer clients than a trial has connections.
func (r *reader) enough(root *strict.Node, s *Scenario) {
	for i, n := range root.Child("lanes").Items {
		file, _, _ := external(n.Text)
		for _, e := range s.Externals {
			if most := s.MaxConnections(); e.Reference == file && e.Clients != nil && len(e.Clients.Rows) < most {
				r.Report(n.Position, "lanes[%d]: clients: %s has %d clients, and a trial %d connections: add lines, or open fewer", i, e.ClientsFile, len(e.Clients.Rows), most)
				break
			}
		}
	}
}

// trust reads the certificates that a lane names, and reports what is wrong with them.
func (r *reader) trust(root *strict.Node) wire.Trust {
	n := root.Child("tls")
	t := wire.Trust{Name: n.Child("name").Text, Insecure: n.Child("insecure").Value == true}
	file := n.Child("trust")
	if file.Broken || file.Text == "" {
		return t
	}
	source, err := strict.ReadUpTo(r.pathOf(file.Text), mostClients)
	if t.Roots = string(source); err == nil {
		_, err = t.Config("")
	}
	if err != nil {
		r.Report(file.Position, "tls.trust: %s", strings.TrimPrefix(err.Error(), "open "))
	}
	return t
}

// encrypted reports whether clients of a lane connect with TLS, as far as its file says.
func encrypted(root *strict.Node) bool {
	subscribe := root.Child("subscribe")
	at := cmp.Or(subscribe.Text, subscribe.Child("url").Text)
	if !strings.Contains(at, "://") { // it is relative
		at = root.Child("url").Text
	}
	scheme, _, _ := strings.Cut(at, "://")
	return wire.Secure(scheme)
}

// pathOf is the path of a file that a lane file names.
func (r *reader) pathOf(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(filepath.Dir(r.File), name)
}
