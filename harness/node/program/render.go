package program

import (
	"fmt"
	"os"
	"path/filepath"
)

// Runnable is a program with its templates rendered, and its files written.
type Runnable struct {
	Rendered
	Command     []string
	Environment []string // NAME=value
	Folder      string   // it runs in
	Serves      string   // URL
	Health      string   // URL; empty: none
}

// Render renders the templates, which may use v, and writes the files to v.Folder.
func (p Program) Render(v *Vars) (r Runnable, err error) {
	f := renderer{vars: v}
	for name, text := range p.Config {
		f.write(name, text)
	}
	for _, text := range p.Command {
		r.Command = append(r.Command, f.text("command", text))
	}
	for name, text := range p.Environment {
		r.Environment = append(r.Environment, name+"="+f.text("environment: "+name, text))
	}
	folder, err := p.Runs(v)
	f.note("folder", err)
	r.Folder = folder
	if p.Serves != "" {
		r.Serves = f.url(p, "subscribe", p.Serves)
	}
	if p.Health != "" {
		r.Health = f.url(p, "health", p.Health)
	}
	r.URLs, r.Texts = map[string]string{}, map[string]string{}
	for name, text := range p.URLs {
		r.URLs[name] = f.url(p, name, text)
	}
	for name, text := range p.Texts {
		r.Texts[name] = f.text(name, text)
	}
	return r, f.err
}

// renderer keeps the first error.
type renderer struct {
	vars *Vars
	err  error
}

func (f *renderer) note(key string, err error) {
	if err != nil && f.err == nil {
		f.err = fmt.Errorf("%s: %w", key, err)
	}
}

func (f *renderer) text(key, text string) string {
	rendered, err := f.vars.Text(text)
	f.note(key, err)
	return rendered
}

func (f *renderer) url(p Program, key, text string) string {
	u, err := f.vars.URL(p, text)
	if err != nil {
		f.note(key, err)
		return ""
	}
	return u.String()
}

func (f *renderer) write(name, text string) {
	content := f.text("config: "+name, text)
	path := filepath.Join(f.vars.Folder, name)
	f.note("config: "+name, os.MkdirAll(filepath.Dir(path), 0o700))
	if f.err == nil {
		f.note("config: "+name, os.WriteFile(path, []byte(content), 0o600))
	}
}
