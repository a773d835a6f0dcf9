package scenario

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// phases makes the list of phases of a document, and has each validated that the schema accepts.
func (r *reader) phases(root *node, s *Scenario, rules *rules) error {
	list := root.child("phases")
	named := map[string]position{}
	opened, incomplete := false, false
	for i, item := range list.items {
		path := fmt.Sprintf("phases[%d]", i)
		p, n, kind, err := rules.phase(item)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if p.Work == nil {
			if kind == "" && item.intact() {
				r.report(item.position, "%s: want one kind of phase and its events", path)
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
		if p.Events, err = r.events(c, item.child("events"), path, rules); err != nil {
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
func (r *reader) ownName(c *Check, named map[string]position) {
	at := c.node.position
	if f := c.node.field("name"); f != nil {
		at = f.value.position
	}
	first, twice := named[c.Phase.Name]
	switch {
	case c.Phase.Work.Demand().Connections > 0:
	case twice:
		r.report(at, "%s: a phase is called %q already, in line %d: give each a name of its own", c.path, c.Phase.Name, first.line)
	default:
		named[c.Phase.Name] = at
	}
}

func (r *reader) events(c *Check, list *node, path string, rules *rules) (all []Event, err error) {
	for i, n := range list.items {
		if quiet, ok := c.Phase.Work.(Quiet); ok {
			r.report(n.position, "%s.events[%d]: no event can happen here: %s", path, i, quiet.Quiet())
			continue
		}
		if !n.intact() {
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
func (r *rules) phase(item *node) (p Phase, n *node, kind string, err error) {
	for _, k := range r.catalog.Phases {
		f := item.field(k.Name)
		switch {
		case f == nil:
			continue
		case kind != "":
			return Phase{}, nil, "", nil // two kinds
		}
		n, kind = f.value, k.Name
		if !n.intact() {
			continue
		}
		p.Work = k.New()
		if err := r.phaseRule().child(k.Name).fill(p.Work, n.value); err != nil {
			return p, n, kind, err
		}
		p.Name = kind
		if named, ok := p.Work.(interface{ Named() string }); ok {
			p.Name = named.Named()
		}
	}
	return p, n, kind, nil
}

func (r *rules) event(n *node) (e Event, err error) {
	for _, k := range r.catalog.Events {
		if k.Name != n.child("do").text {
			continue
		}
		rule := r.eventRule(k.Name)
		document, err := rule.complete(n.value)
		if err != nil {
			return e, err
		}
		arguments, _ := document.(map[string]any)
		when := map[string]any{"at": arguments["at"]}
		delete(arguments, "at")
		delete(arguments, "do")
		e.Name, e.Work = k.Name, k.New()
		err = errors.Join(strictly(when, &e), strictly(arguments, e.Work))
		return e, err
	}
	return e, nil // the schema knows no other
}

// intact tells whether nothing in a node is reported to be wrong.
func (n *node) intact() bool {
	if n.broken {
		return false
	}
	for _, f := range n.fields {
		if !f.value.intact() {
			return false
		}
	}
	for _, i := range n.items {
		if !i.intact() {
			return false
		}
	}
	return true
}

// fill sets a value from a document that the schema accepts.
func (r rule) fill(into, document any) error {
	complete, err := r.complete(document)
	if err != nil {
		return err
	}
	return strictly(complete, into)
}

// strictly decodes a document: a key of the schema that no field reads is a defect.
func strictly(document, into any) error {
	b, err := json.Marshal(document)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	return d.Decode(into)
}
