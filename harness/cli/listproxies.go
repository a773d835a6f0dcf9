package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/pushbench/pushbench/harness/scenario"
)

// listedProxy is a ready proxy for programs.
type listedProxy struct {
	Name    string `json:"name"`
	About   string `json:"about"`
	Missing string `json:"missing,omitempty"` // what this machine lacks for it
	Source  string `json:"source"`
}

func listedProxies() (out []listedProxy, err error) {
	for _, name := range scenario.ReadyProxies() {
		p, err := scenario.ReadyProxy(name)
		if err != nil {
			return nil, err
		}
		one := listedProxy{Name: name, About: p.About, Source: p.Source}
		if !p.Exercised {
			one.About += neverRun
		}
		if missing := p.Missing(); missing != nil {
			one.Missing = strings.TrimPrefix(missing.Error(), "proxy "+name+" ")
		}
		out = append(out, one)
	}
	return out, nil
}

func tableOfProxies(out io.Writer) error {
	all, err := listedProxies()
	if err != nil {
		return err
	}
	w := aligned(out)
	for _, p := range all {
		about := p.About
		if p.Missing != "" {
			about += "; " + p.Missing
		}
		fmt.Fprintf(w, "  %s\t%s\n", p.Name, about)
	}
	return w.Flush()
}
