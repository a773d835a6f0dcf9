package cli

import (
	"errors"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/pushbench/pushbench/harness/tree"
)

// Hold is the parent of a server that is not ours, in a trial.
func Hold(s Streams) *cobra.Command {
	c := tree.Config{Output: s.Err}
	cmd := &cobra.Command{
		Use:     "hold -- PROGRAM [ARGUMENT...]",
		Short:   "Run a program until stdin closes, and leave none of its processes behind",
		Example: "  pushbench hold -- nginx -c /tmp/nginx.conf -g 'daemon off;'",
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, ok := tree.Signals()[c.Stop]; !ok {
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
			return tree.Hold(cmd.Context(), c, gone)
		},
	}
	f := cmd.Flags()
	f.StringVar(&c.Folder, "folder", "", "to run it in; by default the current one")
	f.StringVar(&c.Stop, "stop", "TERM", "signal that asks it to end, when this process is asked: TERM, INT or QUIT")
	f.DurationVar(&c.Drain, "drain", 5*time.Second, "how long its processes may take to end")
	return cmd
}
