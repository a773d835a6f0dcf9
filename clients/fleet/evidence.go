package fleet

import (
	"bytes"
	"slices"

	"github.com/pushbench/pushbench/internal/wire"
)

// evidence is what one connection of a shard received, kept for the case that it makes no messages: the bytes say why to
// whoever reads them. It is nothing but copies, and read by nobody while messages arrive.
type evidence struct {
	witness *conn
	looked  int // how often, for a cause
	wire.Instead
}

const (
	headKept    = 2 << 10 // bytes of a response head, which names encoding and status
	bodyKept    = 512     // and of what follows
	payloadKept = 256
)

// see takes bytes that c received. The first connection is the witness, and another one once that has ended.
func (e *evidence) see(c *conn, in []byte) {
	if e.witness == nil || e.witness.ended {
		*e = evidence{witness: c, Instead: wire.Instead{Payload: e.Payload, Cause: e.Cause}, looked: e.looked}
	}
	if c == e.witness && c.opening != nil && !c.opening.answered { // of a new connection
		e.Head, e.Body = nil, nil
	}
	if c != e.witness || len(e.Body) >= bodyKept {
		return
	}
	if !c.head && c.opening != nil {
		before, end := len(e.Head), []byte("\r\n\r\n")
		whole := slices.Concat(e.Head, in)
		at := bytes.Index(whole, end)
		if at < 0 {
			e.Head = whole[:min(len(whole), headKept)]
			return
		}
		at += len(end)
		e.Head, in = whole[:min(at, headKept)], in[min(max(at-before, 0), len(in)):]
	}
	e.Body = append(e.Body, in[:min(len(in), bodyKept-len(e.Body))]...)
}

// forget begins anew with the next connection if c is the witness: what it received is no evidence.
func (e *evidence) forget(c *conn) {
	if e.witness == c {
		*e = evidence{}
	}
}

// instead takes a payload that is no message of the trial.
func (e *evidence) instead(payload []byte) {
	if e.Payload == nil {
		e.Payload = bytes.Clone(payload[:min(len(payload), payloadKept)])
	}
}

// misread looks for what is wrong with how a payload is looked for in what a server sent.
func (e *evidence) misread(whole []byte, external *wire.External) {
	const most = 100 // welcomes and the like tell nothing, and looking takes time
	if e.Cause == "" && e.looked < most {
		e.looked++
		e.Cause = external.Diagnose(whole)
	}
}

// reset begins a new report: the head stays, which comes once.
func (e *evidence) reset() { e.Body, e.Payload, e.Cause, e.looked = nil, nil, "", 0 }
