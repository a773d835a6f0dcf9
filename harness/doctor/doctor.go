// Package doctor looks at a push endpoint as its clients do, through everything that stands before the server, and names what
// is wrong on the way: a proxy that buffers, a timeout that cuts, a header that browsers refuse. A server that is sound by
// itself (harness/conform asks that) is often not once it is deployed, and nothing says so but late messages.
//
// It opens a handful of connections and publishes nothing. Evidence is gathered once, by one probe for each transport
// (sseprobe.go, wsprobe.go); tables of checks read it (ssechecks.go, wschecks.go), and a check opens no connection. With the
// address of the origin as well, the same is asked there, and compare.go names the side that is at fault.
//
// Draft (draft.go) asks the same way what a server is, for a first lane file.
package doctor

import (
	"context"
	"fmt"
	"net/url"
	"sync"
	"time"
)

// Exam is one endpoint and how to look at it.
type Exam struct {
	options Options
	front   endpoint
	origin  *endpoint // nil: it is not asked
	client  *client
}

// New checks options; its errors are mistakes in them.
func New(o Options) (*Exam, error) {
	front, err := parseEndpoint(o.URL, o.Transport)
	if err != nil {
		return nil, err
	}
	x := &Exam{options: o, front: front}
	if o.Origin != "" {
		origin, err := parseEndpoint(o.Origin, o.Transport)
		if err != nil {
			return nil, fmt.Errorf("the origin: %w", err)
		}
		if origin.transport != front.transport {
			return nil, fmt.Errorf("the origin: it is %s, and the endpoint is %s", origin.transport, front.transport)
		}
		x.origin = &origin
	}
	if x.client, err = newClient(o); err != nil {
		return nil, err
	}
	return x, nil
}

// Run looks at the endpoint, and at the origin at the same time, for Options.For and a few seconds. An endpoint that cannot be
// reached, or is none, is an error.
func (x *Exam) Run(ctx context.Context) (*Report, error) {
	var (
		origin      []Finding
		originError error
		both        sync.WaitGroup
	)
	if x.origin != nil {
		both.Go(func() { origin, originError = x.look(ctx, *x.origin) })
	}
	front, err := x.look(ctx, x.front)
	both.Wait()
	if ctx.Err() != nil {
		return nil, fmt.Errorf("interrupted: not everything was looked at")
	}
	if err != nil {
		return nil, err
	}
	r := &Report{URL: x.client.hide(x.options.URL), Transport: x.front.transport, For: duration(x.options.For), Findings: front}
	if x.origin != nil {
		r.Origin = x.client.hide(x.options.Origin)
		r.AtOrigin, r.Compared = origin, compare(front, origin, originError)
	}
	return r, nil
}

// look asks one endpoint.
func (x *Exam) look(ctx context.Context, at endpoint) (all []Finding, err error) {
	if at.transport == WebSocket {
		var e *wsEvidence
		if e, err = x.client.probeWebSocket(ctx, at.url, x.options); err == nil {
			all = run(wsChecks(), e)
		}
	} else {
		var e *sseEvidence
		if e, err = x.client.probeSSE(ctx, at.url, x.options); err == nil {
			all = run(sseChecks(), e)
		}
	}
	if err != nil {
		return nil, x.client.hidden(err)
	}
	for i := range all {
		all[i].Seen = x.client.hide(all[i].Seen)
	}
	return all, nil
}

// check is one row of a checklist.
type check[E any] struct {
	name    string
	applies func(E) bool // nil: always
	run     func(E) []Finding
}

// run goes through a table.
func run[E any](table []check[E], evidence E) (all []Finding) {
	for _, c := range table {
		if c.applies != nil && !c.applies(evidence) {
			continue
		}
		for _, f := range c.run(evidence) {
			f.Check = c.name
			all = append(all, f)
		}
	}
	return all
}

// NotStreamError is an endpoint that answers, and not as one that pushes.
type NotStreamError struct{ URL, What string }

func (e *NotStreamError) Error() string { return e.URL + " is no push endpoint: " + e.What }

// endpoint is an address and what is asked there.
type endpoint struct {
	url       *url.URL
	transport string
}

// dialPatience bounds the name, the connection and TLS together.
const dialPatience = 15 * time.Second
