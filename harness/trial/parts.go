package trial

import (
	"cmp"
	"context"
	"slices"

	"github.com/pushbench/pushbench/harness/node"
	"github.com/pushbench/pushbench/harness/node/program"
)

// part is one process of a trial, on its node.
type part struct {
	node.Process
	on      node.Node
	name    string // role and number
	options node.StartOptions
	watched func() // watches the process there is now; nil: nothing does
}

// startPart starts a process under its role and number.
func startPart(ctx context.Context, on node.Node, p program.Program, o node.StartOptions, number int) (*part, error) {
	o.Name = cmp.Or(o.Name, o.Role.Name(number))
	started, err := on.Start(ctx, p, o)
	if err != nil {
		return nil, err
	}
	return &part{Process: started, on: on, name: o.Name, options: o}, nil
}

// replace starts a fresh process in the place of the part's, which has ended.
func (p *part) replace(ctx context.Context, by program.Program) (err error) {
	started, err := p.on.Start(ctx, by, p.options)
	if err != nil {
		return err
	}
	p.Process = started
	if p.watched != nil {
		p.watched()
	}
	return nil
}

// watch calls died when the process, or one in its place, ends without having been asked, until done is closed.
func (p *part) watch(done <-chan struct{}, died context.CancelCauseFunc) {
	p.watched = func() {
		exited := p.Exited()
		go func() {
			select {
			case err, unasked := <-exited:
				if unasked {
					died(err)
				}
			case <-done:
			}
		}()
	}
	p.watched()
}

// kill ends the process at once; for the paths on which something has failed already.
func (p *part) kill() { _ = p.Kill(context.Background()) }

// topology is what a trial asks its processes as a whole.
type topology interface {
	read(ctx context.Context, q node.Question) (node.Snapshot, error)
	serving(ctx context.Context) ([]node.Serving, error)
	trace(ctx context.Context, frame int) (node.Tracer, error)
}

// parts are the processes of a trial, the measured ones first.
type parts []*part

// nodes are where the processes run, each once.
func (all parts) nodes() (nodes []node.Node) {
	for _, p := range all {
		if !slices.Contains(nodes, p.on) {
			nodes = append(nodes, p.on)
		}
	}
	return nodes
}

// names are those of the processes on a node.
func (all parts) names(on node.Node) (names []string) {
	for _, p := range all {
		if p.on == on {
			names = append(names, p.name)
		}
	}
	return names
}

// read asks every node. What the load has used is read within what the servers have, on both sides of a phase. The host and its
// harness are those of the servers: other machines have no part in their figures.
func (all parts) read(ctx context.Context, q node.Question) (total node.Snapshot, err error) {
	nodes := all.nodes()
	if q.Moment == node.After {
		slices.Reverse(nodes)
	}
	total.Running = map[string]node.State{}
	for _, on := range nodes {
		q.Processes = all.names(on)
		s, err := on.Read(ctx, q)
		if err != nil {
			return total, err
		}
		first := on == all[0].on
		if first {
			total.Group = s.Group
		}
		for _, r := range s.Readings {
			if first || r.Process != node.Host && r.Process != node.Self {
				total.Readings = append(total.Readings, r)
			}
		}
		for name, state := range s.Running {
			if first || name != node.Self {
				total.Running[name] = state
			}
		}
	}
	return total, nil
}

// serving asks of each server who has its connections.
func (all parts) serving(ctx context.Context) (found []node.Serving, err error) {
	for _, p := range all {
		if program.RoleOf(p.name) != program.Server {
			continue
		}
		s, err := p.Serving(ctx)
		if err != nil {
			return nil, err
		}
		found = append(found, s)
	}
	return found, nil
}

// trace has the kernel of the servers' node watch them.
func (all parts) trace(ctx context.Context, frame int) (node.Tracer, error) {
	on := all[0].on
	watched := slices.DeleteFunc(all.names(on), func(name string) bool { return program.RoleOf(name) != program.Server })
	return on.Trace(ctx, watched, frame)
}
