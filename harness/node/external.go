package node

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"os"

	"github.com/pushbench/pushbench/harness/control"
	"github.com/pushbench/pushbench/harness/node/probe"
	"github.com/pushbench/pushbench/harness/node/process"
	"github.com/pushbench/pushbench/internal/wire"
)

// own starts this very binary, in the network namespace of a process unless that is 0, and waits for its ready line if it prints one.
func (r *running) own(ctx context.Context, bus Bus, within int) (err error) {
	var environment []string
	for name, value := range r.program.Environment {
		environment = append(environment, name+"="+value)
	}
	if r.program.Bus {
		environment = append(environment, wire.BusVariable+"="+bus.URL, wire.TokenVariable+"="+bus.Token)
	}
	r.process, err = process.Start(process.Options{
		Label: r.options.Label, CPUs: r.options.CPUs, Build: r.program.Build, Args: r.program.Command, Environment: environment,
		Isolated: r.program.Isolated, Within: within,
	})
	if err != nil {
		return err
	}
	if !r.program.Announces {
		r.process.Drop()
		return nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, readyTimeout, fmt.Errorf("it printed no ready line within %v", readyTimeout))
	defer cancel()
	if err := r.process.ReadyLine(ctx, r.program.Stdin, &r.ready.Ready); err != nil {
		return err
	}
	r.control = &control.Direct{URL: r.ready.Control, Token: r.ready.Token, Name: r.options.Label, Lost: r.lost}
	r.ready.Address, _ = netip.ParseAddrPort(r.ready.Target.Address) // a name instead of a number: no figures of its sockets
	return nil
}

// lost is why a request got no answer.
func (r *running) lost(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return fmt.Errorf("%s: %w", r.options.Label, cause)
	}
	return process.Lost(err, r.process)
}

// external starts a program of others if it has a command, waits until it is ready, and finds out which processes serve.
func (r *running) external(ctx context.Context) error {
	command, environment, runs, err := r.fill(ctx)
	if err != nil {
		return err
	}
	if r.program.Started() {
		r.process, err = process.Start(process.Options{
			Label: r.options.Label, CPUs: r.options.CPUs, Environment: environment,
			Program: &process.Program{Command: command, Folder: runs, Stop: r.program.Stop, Drain: r.drain()},
		})
		if err != nil {
			return err
		}
		r.process.Drop()
	}
	if r.program.Found != nil {
		return r.belonging()
	}
	if r.program.Serves == "" && r.health == "" {
		return nil
	}
	if err := r.await(ctx); err != nil {
		return err
	}
	if r.ready.Address, err = answering(ctx, r.addresses); err != nil {
		return err
	}
	if r.process == nil {
		r.ready.Before = probe.Served("/proc", r.ready.Address)
	}
	if err := r.find(ctx); err != nil {
		return err
	}
	r.remember()
	return nil
}

// fill fills in the program's templates and writes its files to a new folder.
func (r *running) fill(ctx context.Context) (command, environment []string, runs string, err error) {
	vars := r.program.Vars()
	vars.CPUs, vars.Connections, vars.Heartbeat = len(r.options.CPUs), r.options.Connections, r.options.Heartbeat
	vars.LeadsTo, vars.Silence, vars.Front = r.options.Upstream, r.options.Silence, r.options.Front
	defer vars.Release() // the server is about to listen
	if vars.Folder, err = os.MkdirTemp("", folderPrefix); err != nil {
		return nil, nil, "", fmt.Errorf("%s: no folder for its files: %w: set TMPDIR to one that can be written to", r.options.Label, err)
	}
	r.folder.path = vars.Folder
	rendered, err := r.program.Render(vars)
	if err != nil {
		return nil, nil, "", fmt.Errorf("%s: %w", r.options.Label, err)
	}
	r.ready.Program, r.health = rendered.Rendered, rendered.Health
	if r.folder, err = lockFolder(vars.Folder); err != nil {
		return nil, nil, "", err
	}
	if rendered.Serves != "" {
		serves, err := url.Parse(rendered.Serves)
		if err != nil {
			return nil, nil, "", err
		}
		r.ready.URL = rendered.Serves
		if r.addresses, err = addresses(ctx, serves); err != nil {
			return nil, nil, "", err
		}
	}
	return rendered.Command, rendered.Environment, rendered.Folder, nil
}
