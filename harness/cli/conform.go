package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pushbench/pushbench/harness/conform"
	"github.com/pushbench/pushbench/internal/plain"
)

// conformOptions are the flags of conform.
type conformOptions struct {
	format, transport, control, token, certificate string

	streams  int
	patience time.Duration
}

// Conform checks a lane or a server against the contract.
func Conform(s Streams) *cobra.Command {
	var o conformOptions
	cmd := &cobra.Command{
		Use:   "conform LANE|FILE|URL",
		Short: "Say what the contract asks of a lane, and whether it holds",
		Long: "Conform asks a lane, or a pushbench server that runs already, check by check over real sockets: a subscription,\n" +
			"the same bytes, in order, each once; line breaks; resume after a cut; heartbeats that are no messages; a clean\n" +
			"end; refusals. A lane gets a fresh process for each check. A server that runs is broadcast to, and its\n" +
			"connections are cut; checks that would end it, or ask for other settings, do not apply. Nor do those that an\n" +
			"external lane, a ready one or a lane file, has no means to answer. Ends with status 1 where something does not\n" +
			"hold that must; those that should are only reported. Without a subscription no other check runs.",
		Example: "  pushbench conform sse-gin\n  pushbench conform ws-gorilla --format json\n" +
			"  pushbench serve --lane sse-gin &   # its ready line has all that follows\n" +
			"  pushbench conform http://127.0.0.1:8080/events --transport sse --control http://127.0.0.1:8081 --token TOKEN",
		Args: arguments(1, 1, "a lane, a lane file, or the URL of a server"),
		RunE: func(cmd *cobra.Command, args []string) error { return askServer(cmd.Context(), s, o, args[0]) },
	}
	f := cmd.Flags()
	f.StringVar(&o.format, "format", formatTable, "table or json")
	f.StringVar(&o.transport, "transport", "", "of a URL that leaves it open: sse, ndjson, longpoll or poll for http")
	f.StringVar(&o.control, "control", "", "of a URL: base URL of the server's control API")
	f.StringVar(&o.token, "token", "", "of that")
	f.StringVar(&o.certificate, "certificate", "", "of a URL within TLS: a PEM file with the one certificate to trust")
	f.IntVar(&o.streams, "streams", 0, "of a URL with HTTP/2: how many subscriptions are to share a connection")
	f.DurationVar(&o.patience, "patience", 20*time.Second, "how long to wait for the server, and for a check that does not hold")
	return cmd
}

// Formats of a listing.
const (
	formatTable = "table"
	formatJSON  = "json"
)

// asked is the output of conform.
type asked struct {
	Server string           `json:"server"` // as it was named
	Checks []conform.Result `json:"checks"`
	kind   string           // of server, for skipped checks
}

func askServer(ctx context.Context, s Streams, o conformOptions, what string) error {
	if o.format != formatTable && o.format != formatJSON {
		return usageError{noFormat(o.format, formatTable, formatJSON)}
	}
	start, kind, err := o.start(what)
	if err != nil {
		return usageError{err}
	}
	all := asked{Server: what, kind: kind}
	var failed error
	all.Checks, failed = conform.Ask(ctx, start, o.patience)
	if len(all.Checks) > 0 {
		if err := all.write(s.Out, o.format); err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		return errors.New("interrupted: not everything was asked")
	}
	if failed != nil {
		return failed
	}
	applied, broken := 0, 0
	for _, c := range all.Checks {
		switch {
		case c.Level != conform.Must:
		case c.Verdict == conform.Broken:
			broken++
			applied++
		case c.Verdict == conform.Holds:
			applied++
		}
	}
	if broken > 0 {
		return fmt.Errorf("%s: %d of %d checks do not hold that must", what, broken, applied)
	}
	return nil
}

func (a asked) write(out io.Writer, format string) error {
	if format == formatJSON {
		return writeJSON(out, a)
	}
	w := aligned(out)
	apart := map[string][]string{}
	for _, c := range a.Checks {
		switch c.Verdict {
		case conform.DoesNotApply, conform.NotAsked:
			apart[c.Verdict] = append(apart[c.Verdict], c.Check)
			continue
		}
		verdict := c.Verdict
		if c.Why != "" {
			verdict += ": " + plain.Line(strings.ReplaceAll(c.Why, "\n", "; "))
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", c.Level, c.Check, c.Asks, verdict)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if names := apart[conform.DoesNotApply]; len(names) > 0 {
		fmt.Fprintf(out, "does not apply to %s: %s\n", a.kind, strings.Join(names, ", "))
	}
	if names := apart[conform.NotAsked]; len(names) > 0 {
		fmt.Fprintf(out, "not asked, as no subscription came about: %s\n", strings.Join(names, ", "))
	}
	return nil
}
