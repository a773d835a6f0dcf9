// Package wire holds what the processes of an experiment say to each other: the stamp at the head of every payload, the
// one clock it is written in, the server's ready line, and the messages of the control API and of the agents.
//
// It stands below servers and clients, and imports neither: what both sides must agree on stands here, and nothing else.
package wire
