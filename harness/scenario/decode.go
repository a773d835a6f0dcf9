package scenario

import (
	"errors"
	"fmt"

	"github.com/pushbench/pushbench/internal/strict"
)

// phases makes the list of phases of a document, and has each validated that the schema accepts.
func (r *reader) phases(root *strict.Node, s *Scenario, rules *rules) error {
	list := root.Child("phases")
	named := map[string]strict.Position{}
	opened, incomplete := false, false
	for i, item := range list.Items {
		path := fmt.Sprintf("phases[%d]", i)
		p, n, kind, err := rules.phase(item)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if p.Work == nil {
			if kind == "" && item.Intact() {
				r.Report(item.Position, "%s: want one kind of phase and its events", path)
			}
			opened, incomplete = true, true // who knows
			continue
		}
		c := &Check{Scenario: s, Phase: p, Incomplete: incomplete, reader: r, node: n, path: path + "." + kind}
		if opened = opened || p.Work.Demand().Connections > 0; !opened {
			c.Report("", "no connection is open yet: begin the phases with one or more ramps, such as ramp: {to: 1000}")
			opened = true // once
		}
		r.ownName(c, named)
		p.Work.Validate(c)
		if p.Events, err = r.events(c, item.Child("events"), path, rules); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if !c.Numbered(p.Work.Demand().Messages) {
			return nil
		}
		s.Phases = append(s.Phases, p)
	}
	return nil
}

// ownName reports a phase that is called like one before it. Ramps are levels of one: their rows are told apart by connections.
func (r *reader) ownName(c *Check, named map[string]strict.Position) {
	at := c.node.Position
	if f := c.node.Field("name"); f != nil {
		at = f.Value.Position
	}
	first, twice := named[c.Phase.Name]
	switch {
	case c.Phase.Work.Demand().Connections > 0:
	case twice:
		r.Report(at, "%s: a phase is called %q already, in line %d: give each a name of its own", c.path, c.Phase.Name, first.Line)
	default:
		named[c.Phase.Name] = at
	}
}

func (r *reader) events(c *Check, list *strict.Node, path string, rules *rules) (all []Event, err error) {
	for i, n := range list.Items {
		if quiet, ok := c.Phase.Work.(Quiet); ok {
			r.Report(n.Position, "%s.events[%d]: no event can happen here: %s", path, i, quiet.Quiet())
			continue
		}
		if !n.Intact() {
			continue
		}
		e, err := rules.event(n)
		if err != nil {
			return nil, err
		}
		e.Work.Validate(&Check{Scenario: c.Scenario, Phase: c.Phase, Event: e, reader: r, node: n, path: fmt.Sprintf("%s.events[%d]", path, i)})
		all = append(all, e)
	}
	return all, nil
}

// phase makes the phase of an item of the list, without its events, and says which node is that of its kind: none is made where
// there is not one kind, or something is wrong with it.
func (r *rules) phase(item *strict.Node) (p Phase, n *strict.Node, kind string, err error) {
	for _, k := range r.catalog.Phases {
		f := item.Field(k.Name)
		switch {
		case f == nil:
			continue
		case kind != "":
			return Phase{}, nil, "", nil // two kinds
		}
		n, kind = f.Value, k.Name
		if !n.Intact() {
			continue
		}
		p.Work = k.New()
		if err := r.phaseRule().Child(k.Name).Fill(p.Work, n.Value); err != nil {
			return p, n, kind, err
		}
		p.Name = kind
		if named, ok := p.Work.(interface{ Named() string }); ok {
			p.Name = named.Named()
		}
	}
	return p, n, kind, nil
}

func (r *rules) event(n *strict.Node) (e Event, err error) {
	for _, k := range r.catalog.Events {
		if k.Name != n.Child("do").Text {
			continue
		}
		rule := r.eventRule(k.Name)
		document, err := rule.Complete(n.Value)
		if err != nil {
			return e, err
		}
		arguments, _ := document.(map[string]any)
		when := map[string]any{"at": arguments["at"]}
		delete(arguments, "at")
		delete(arguments, "do")
		e.Name, e.Work = k.Name, k.New()
		err = errors.Join(strict.Decode(when, &e), strict.Decode(arguments, e.Work))
		return e, err
	}
	return e, nil // the schema knows no other
}
