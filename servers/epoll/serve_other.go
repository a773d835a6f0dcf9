//go:build !linux

package epoll

import (
	"context"
	"errors"
	"net"

	"github.com/pushbench/pushbench/servers/hub"
)

// Serve refuses: there is no epoll here.
func Serve(context.Context, net.Listener, *hub.Hub, hub.Policy, Transport) error {
	return errors.New("a lane on an event loop needs linux: choose one without -epoll")
}
