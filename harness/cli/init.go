package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/pushbench/pushbench/harness/doctor"
	"github.com/pushbench/pushbench/internal/strict"
)

// Init drafts a lane file of a server that runs.
func Init(s Streams) *cobra.Command {
	var (
		o     doctor.Options
		file  string
		force bool
	)
	cmd := &cobra.Command{
		Use:   "init URL",
		Short: "Ask a server that runs what it is, and write a first lane file for it",
		Long: "Init asks a server for a stream of events or a WebSocket, at the URL or where it has no path at the usual ones, keeps it for\n" +
			"a few seconds, and writes a lane file with what it saw and what is for you to fill in. It publishes nothing and sends no load.",
		Example: "  pushbench init http://127.0.0.1:8080/events\n  pushbench init wss://example.com/ws --header 'Authorization: Bearer '$TOKEN -o mine.yaml",
		Args:    arguments(1, 1, "the URL of a server"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			o.URL = args[0]
			if o.CAFile != "" {
				if o.CA, err = os.ReadFile(o.CAFile); err != nil {
					return usageError{err}
				}
			}
			x, err := doctor.New(o)
			if err != nil {
				return usageError{err}
			}
			if file != "" && !strict.IsFile(file) {
				return usageError{fmt.Errorf("--output %s: a lane file ends in .yaml", file)}
			}
			if _, err := os.Stat(file); file != "" && err == nil && !force {
				return usageError{fmt.Errorf("%s is there already: --force replaces it", file)}
			}
			d, err := x.Draft(cmd.Context())
			if err != nil {
				return err
			}
			if file == "" {
				file = d.Name + ".yaml"
			}
			if err := save(d, file, force); err != nil {
				return err
			}
			for _, seen := range d.Seen {
				fmt.Fprintln(s.Out, seen)
			}
			fmt.Fprintf(s.Err, "\nlane: %s: fill in how it publishes, then: pushbench conform %s\n", file, file)
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVarP(&file, "output", "o", "", "file to write (default the host of the URL, with .yaml)")
	f.BoolVar(&force, "force", false, "replace a file that is there")
	f.StringArrayVar(&o.Headers, "header", nil, "a header of every request, 'NAME: VALUE'; as often as needed; secrets are not written")
	f.StringSliceVar(&o.Subprotocols, "subprotocol", nil, "subprotocols to offer a WebSocket server (default none, and where it refuses that the usual ones)")
	f.DurationVar(&o.For, "for", 5*time.Second, "how long to watch what comes, up to 10m")
	f.BoolVar(&o.Insecure, "insecure", false, "ask on whatever the certificate says")
	f.StringVar(&o.CAFile, "ca", "", "a PEM file with certificates to trust besides the system's")
	return cmd
}

// save writes the file, which is only replaced where that was asked for.
func save(d *doctor.Draft, file string, force bool) error {
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if force {
		flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	to, err := os.OpenFile(file, flags, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return usageError{fmt.Errorf("%s is there already: --force replaces it, and -o names another", file)}
	}
	if err != nil {
		return err
	}
	return errors.Join(d.Write(to, filepath.Base(file)), to.Close())
}
