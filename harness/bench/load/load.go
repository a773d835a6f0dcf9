// Package load holds the contestants of the bench: clients that open connections to one server and count what they receive.
//
// It runs inside the client process, between the commands on stdin (Serve) and a transport's library. Our engines record
// latencies and audit sequences while they receive, as a trial's agent does; the others only count and check the sequence.
//
// To add a peer: write its file, in the way its documentation shows, and add the row below.
package load

import (
	"context"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/internal/wire"
)

// Load is the connections of one client process.
type Load interface {
	Open(ctx context.Context) error // on the plan's schedule; nil when every connection has its greeting
	Await(ctx context.Context)      // returns when every connection has every message of the plan
	Count() (Count, error)          // what has been received; asked once
}

// Plan is the work; every case gets the same.
type Plan struct {
	Target      wire.Target
	Connections int
	PerSecond   float64 // to open
	Messages    int     // for each connection, numbered from 1
}

// Count is what a load has received.
type Count struct {
	Open     int    `json:"open"`     // connections, now
	Received uint64 `json:"received"` // messages, each counted once
	Odd      uint64 `json:"odd"`      // duplicated or out of order
	Cause    string `json:"cause,omitempty"`
}

// Group is cases that do the same work against the same lane.
type Group struct {
	Name      string
	Lane      string // of the server
	Transport string
	Cases     []Case // the first is what ratios are relative to: what people would write first
}

// Case is one contestant.
type Case struct {
	Name  string
	About string
	New   func(Plan) (Load, error)

	transport string
}

// Floor is the case of each group that opens connections for as little CPU as possible.
const Floor = "connect"

const aboutConnect = "one thread that connects, writes and reads with system calls alone: the floor of opening"

// Groups is the table of contestants.
func Groups() []Group {
	return []Group{
		{Name: "websocket-client", Lane: "ws-gorilla", Transport: "websocket", Cases: []Case{
			{Name: "gorilla", About: "gorilla/websocket, a goroutine per connection that loops over ReadMessage", New: each(gorilla)},
			{Name: "epoll", About: "pushbench, an event loop that rests 5 ms after a wake-up", New: engine(fleet.Epoll)},
			{Name: "goroutine", About: "pushbench, a goroutine per connection and pooled buffers", New: engine(fleet.Goroutines)},
			{Name: "connect", About: aboutConnect, New: loopOver(upgradeLines, frame)},
		}},
		{Name: "sse-client", Lane: "sse-gin", Transport: "sse", Cases: []Case{
			{Name: "scanner", About: "net/http, a goroutine per connection that loops over bufio.Scanner", New: each(scanner)},
			{Name: "epoll", About: "pushbench, an event loop that rests 5 ms after a wake-up", New: engine(fleet.Epoll)},
			{Name: "goroutine", About: "pushbench, a goroutine per connection and pooled buffers", New: engine(fleet.Goroutines)},
			{Name: "connect", About: aboutConnect, New: loopOver(eventLines, event)},
			{Name: "go-sse", About: "tmaxmax/go-sse, a goroutine per connection and a callback per event", New: each(goSSE)},
		}},
	}
}

// Only are the cases whose group/case fits one of the patterns, and with them what their ratios are relative to. No patterns
// fit everything.
func Only(patterns []string) (groups []Group, err error) {
	for _, p := range patterns {
		if !slices.ContainsFunc(Groups(), func(g Group) bool { return g.has(p) }) && !fits(p, OwnCost) {
			return nil, fmt.Errorf("--only %s fits no case: there are %s and %s", p, strings.Join(names(), ", "), OwnCost)
		}
	}
	for _, g := range Groups() {
		if len(patterns) > 0 && !slices.ContainsFunc(patterns, g.has) {
			continue
		}
		baseline := g.Cases[0].Name
		g.Cases = slices.DeleteFunc(g.Cases, func(c Case) bool {
			wanted := func(pattern string) bool { return fits(pattern, g.Name+"/"+c.Name) }
			return len(patterns) > 0 && c.Name != baseline && c.Name != Floor && !slices.ContainsFunc(patterns, wanted)
		})
		groups = append(groups, g)
	}
	return groups, nil
}

// OwnCost stands for what the harness's own probes cost where cases are chosen.
const OwnCost = "own-cost/probes"

// WithOwnCost reports whether the patterns ask for it.
func WithOwnCost(patterns []string) bool {
	return len(patterns) == 0 || slices.ContainsFunc(patterns, func(p string) bool { return fits(p, OwnCost) })
}

// has reports whether the pattern fits a case of the group.
func (g Group) has(pattern string) bool {
	return slices.ContainsFunc(g.Cases, func(c Case) bool { return fits(pattern, g.Name+"/"+c.Name) })
}

// fits treats a broken pattern as one that fits nothing.
func fits(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}

func names() (all []string) {
	for _, g := range Groups() {
		for _, c := range g.Cases {
			all = append(all, g.Name+"/"+c.Name)
		}
	}
	return all
}

// CaseByName finds a case of the table.
func CaseByName(group, name string) (Case, error) {
	for _, g := range Groups() {
		for _, c := range g.Cases {
			if g.Name == group && c.Name == name {
				c.transport = g.Transport
				return c, nil
			}
		}
	}
	return Case{}, fmt.Errorf("no case %s/%s: there are %s", group, name, strings.Join(names(), ", "))
}

// Target is where the case connects, from the url of a server.
func (c Case) Target(server string) (wire.Target, error) {
	u, err := url.Parse(server)
	if err != nil || u.Host == "" {
		return wire.Target{}, fmt.Errorf("--url %q is not a URL: take that of the server's ready line", server)
	}
	return wire.Target{Transport: c.transport, Address: u.Host, Path: u.RequestURI()}, nil
}
