package cli

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/pushbench/pushbench/harness/node/link"
	"github.com/pushbench/pushbench/internal/wire"
)

// Link is the network between clients and servers, in a trial whose path has a link. What it is to be is the first line on its stdin.
func Link(s Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "link",
		Short: "Delay and lose packets between the clients and the servers of a trial, which starts it",
		Args:  arguments(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			var l wire.Link
			if err := json.NewDecoder(os.Stdin).Decode(&l); err != nil {
				return fmt.Errorf("the link on stdin: %w", err)
			}
			return link.Run(withParent(cmd.Context()), l, s.Out)
		},
	}
}
