// Package cli is what a user types: one file per subcommand, thin over the packages that do the work. It is the only
// package that prints for people and the only one that knows both servers and clients.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/pushbench/pushbench/harness/node/machine"
	"github.com/pushbench/pushbench/harness/node/process"
	"github.com/pushbench/pushbench/internal/plain"
)

// Streams are where a command writes.
type Streams struct{ Out, Err io.Writer }

// Command makes a subcommand.
type Command func(Streams) *cobra.Command

// Exit statuses.
const (
	exitOK      = 0
	exitFailure = 1 // something went wrong while working; measured trials are kept
	exitUsage   = 2 // the request itself was wrong; nothing was started
)

// usageError marks a mistake in the command line.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// Main runs one command line and returns the exit status. SIGINT and SIGTERM end the command's context; a second one
// ends the process.
func Main(args []string, s Streams, commands []Command) int {
	machine.CallMyself("pushbench")
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // the second signal finds the default behaviour again

	root := &cobra.Command{
		Use:           "pushbench",
		Short:         "What real-time transports cost: WebSocket, SSE and the floor, measured side by side",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	verbose := root.PersistentFlags().BoolP("verbose", "v", false, "log what happens on stderr")
	root.PersistentPreRun = func(*cobra.Command, []string) {
		level := slog.LevelWarn
		if *verbose {
			level = slog.LevelDebug
		}
		slog.SetDefault(slog.New(slog.NewTextHandler(s.Err, &slog.HandlerOptions{Level: level})))
	}
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w: see %s --help", err, c.CommandPath())}
	})
	for _, c := range commands {
		root.AddCommand(c(s))
	}
	root.SetArgs(args)
	root.SetOut(s.Out)
	root.SetErr(s.Err)
	return status(s.Err, root.ExecuteContext(ctx))
}

// status prints an error as lines that begin with the program's name, and returns the exit status.
func status(w io.Writer, err error) int {
	if err == nil {
		return exitOK
	}
	for line := range strings.SplitSeq(strings.TrimRight(err.Error(), "\n"), "\n") {
		fmt.Fprintf(w, "pushbench: %s\n", plain.Line(line))
	}
	if late := (*process.LateError)(nil); errors.As(err, &late) {
		return process.ExitLate
	}
	if usage := (usageError{}); errors.As(err, &usage) || strings.HasPrefix(err.Error(), "unknown command") {
		return exitUsage
	}
	return exitFailure
}

// arguments bounds the number of positional arguments, with an error that lists them.
func arguments(least, most int, what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) < least || len(args) > most {
			return usageError{fmt.Errorf("%s takes %s, not %d arguments: see %s --help", c.CommandPath(), what, len(args), c.CommandPath())}
		}
		return nil
	}
}

// withParent ends ctx when stdin closes, so that a child never outlives the process that holds the other end, however
// that one died.
func withParent(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer cancel()
		_, _ = io.Copy(io.Discard, os.Stdin)
	}()
	return ctx
}
