package cli

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pushbench/pushbench/harness/doctor"
)

// Doctor looks at a deployed endpoint.
func Doctor(s Streams) *cobra.Command {
	var (
		o      doctor.Options
		format string
	)
	cmd := &cobra.Command{
		Use:   "doctor URL",
		Short: "Look at a deployed push endpoint and say what is wrong on the way to it",
		Long: "Doctor opens a handful of connections to an endpoint of server-sent events or WebSocket, holds one for a while, and\n" +
			"lists what it saw as a checklist: refusals, buffering and compression on the way, caches, heartbeats against the\n" +
			"timeouts of usual proxies, resume, origins, the closing handshake. It publishes nothing and sends no load; what is\n" +
			"published meanwhile is what it looks at. With --origin it asks the server behind the proxies at the same time, and\n" +
			"names the side that is at fault. Ends with status 1 where there is a fault.",
		Example: "  pushbench doctor https://example.com/events\n  pushbench doctor wss://example.com/ws --header 'Authorization: Bearer '$TOKEN --for 2m\n" +
			"  pushbench doctor https://example.com/events --origin http://10.0.0.5:8080/events --format markdown",
		Args: arguments(1, 1, "the URL of an endpoint"),
		RunE: func(cmd *cobra.Command, args []string) error {
			write, err := doctorFormat(format)
			if err != nil {
				return usageError{err}
			}
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
			report, err := x.Run(cmd.Context())
			if err != nil {
				return err
			}
			if err := write(s.Out, report); err != nil {
				return err
			}
			if faults := report.Faults(); len(faults) > 0 {
				return fmt.Errorf("%s: at fault: %s", report.URL, strings.Join(faults, ", "))
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Origin, "origin", "", "URL of the same endpoint behind the proxies, to tell which side is at fault")
	f.StringVar(&o.Transport, "transport", "", "of an http or https URL: sse or websocket (default sse)")
	f.StringArrayVar(&o.Headers, "header", nil, "a header of every request, 'NAME: VALUE'; as often as needed; secrets are not printed")
	f.StringVar(&o.PageOrigin, "origin-header", "", "origin of the page whose browser asks, such as https://app.example.com; asks for CORS as well")
	f.StringSliceVar(&o.Subprotocols, "subprotocol", nil, "subprotocols to offer a WebSocket server")
	f.DurationVar(&o.For, "for", 20*time.Second, "how long to hold a stream, up to 10m")
	f.BoolVar(&o.Insecure, "insecure", false, "look on whatever the certificate says")
	f.StringVar(&o.CAFile, "ca", "", "a PEM file with certificates to trust besides the system's")
	f.StringVar(&format, "format", doctor.Formats()[0].Name, "text, json or markdown")
	return cmd
}

// doctorFormat is how a report is written.
func doctorFormat(name string) (func(w io.Writer, r *doctor.Report) error, error) {
	all := doctor.Formats()
	if i := slices.IndexFunc(all, func(f doctor.Format) bool { return f.Name == name }); i >= 0 {
		return all[i].Write, nil
	}
	names := make([]string, len(all))
	for i, f := range all {
		names[i] = f.Name
	}
	return nil, noFormat(name, names...)
}
