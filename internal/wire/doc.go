// Package wire is the protocol between the processes of an experiment: the stamp at the head of every payload, the
// one clock it is written in, the server's ready line, and the messages of the control API and of the agents.
//
// It is below servers and clients, and imports neither: it has what both sides must agree on, and nothing else.
package wire
