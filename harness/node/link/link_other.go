//go:build !linux

package link

import (
	"context"
	"errors"
	"io"

	"github.com/pushbench/pushbench/internal/wire"
)

var errOther = errors.New("path: links are there on Linux only") //nolint:gochecknoglobals // an error

// Run cannot be had here.
func Run(context.Context, wire.Link, io.Writer) error { return errOther }

// Missing says so before anything starts.
func Missing() error { return errOther }
