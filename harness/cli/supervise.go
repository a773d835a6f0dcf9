package cli

import (
	"errors"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/pushbench/pushbench/harness/node/process"
)

// Supervise is the parent of a program that is not ours, in a trial.
func Supervise(s Streams) *cobra.Command {
	c := process.Program{Output: s.Err}
	cmd := &cobra.Command{
		Use:     "supervise -- PROGRAM [ARGUMENT...]",
		Short:   "Run a program until stdin closes, and leave none of its processes behind",
		Example: "  pushbench supervise -- nginx -c /tmp/nginx.conf -g 'daemon off;'",
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, ok := process.Signals()[c.Stop]; !ok {
				return usageError{errors.New("--stop wants TERM, INT or QUIT, not " + c.Stop)}
			}
			if len(args) == 0 {
				return usageError{errors.New("no program: write it behind --")}
			}
			c.Command = args
			gone := make(chan struct{})
			go func() {
				defer close(gone)
				_, _ = io.Copy(io.Discard, os.Stdin)
			}()
			return process.Supervise(cmd.Context(), c, gone)
		},
	}
	f := cmd.Flags()
	f.StringVar(&c.Folder, "folder", "", "to run it in; by default the current one")
	f.StringVar(&c.Stop, "stop", "TERM", "signal that asks it to end, when this process is asked: TERM, INT or QUIT")
	f.DurationVar(&c.Drain, "drain", 5*time.Second, "how long its processes may take to end")
	return cmd
}
