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
)

// conformOptions are the flags of conform.
type conformOptions struct {
	format, transport, control, token, certificate string

	streams  int
	patience time.Duration
}

// Conform says what the contract asks, and whether it holds.
func Conform(s Streams) *cobra.Command {
	var o conformOptions
	cmd := &cobra.Command{
		Use:   "conform LANE|FILE|URL",
		Short: "Say what the contract asks of a lane, and whether it holds",
		Long: "Conform judges a lane, or a pushbench server that runs already, clause by clause over real sockets: the same\n" +
			"bytes, in order, each once; a confirmed subscription; resume after a cut; a clean end; heartbeats that are no\n" +
			"messages; refusals. A lane gets a fresh process for each clause. A server that runs is broadcast to, and its\n" +
			"connections are cut; clauses that would end it, or ask for other settings, do not apply. Nor do those that an\n" +
			"external lane, a ready one or a lane file, has no means to answer. Ends with status 1 where a clause does not\n" +
			"hold.",
		Example: "  pushbench conform sse-gin\n  pushbench conform ws-gorilla --format json\n" +
			"  pushbench serve --lane sse-gin &   # its ready line has all that follows\n" +
			"  pushbench conform http://127.0.0.1:8080/events --transport sse --control http://127.0.0.1:8081 --token TOKEN",
		Args: arguments(1, 1, "a lane, a lane file, or the URL of a server"),
		RunE: func(cmd *cobra.Command, args []string) error { return judgeServer(cmd.Context(), s, o, args[0]) },
	}
	f := cmd.Flags()
	f.StringVar(&o.format, "format", formatTable, "table or json")
	f.StringVar(&o.transport, "transport", "", "of a URL that does not say it: sse, ndjson, longpoll or poll for http")
	f.StringVar(&o.control, "control", "", "of a URL: base URL of the server's control API")
	f.StringVar(&o.token, "token", "", "of that")
	f.StringVar(&o.certificate, "certificate", "", "of a URL within TLS: a PEM file with the one certificate to trust")
	f.IntVar(&o.streams, "streams", 0, "of a URL that speaks HTTP/2: how many subscriptions are to share a connection")
	f.DurationVar(&o.patience, "patience", 20*time.Second, "how long a clause may take that does not hold")
	return cmd
}

// Formats of a listing.
const (
	formatTable = "table"
	formatJSON  = "json"
)

// judged is the whole of what conform says.
type judged struct {
	Server  string              `json:"server"` // as it was named
	Clauses []conform.Judgement `json:"clauses"`
}

func judgeServer(ctx context.Context, s Streams, o conformOptions, what string) error {
	if o.format != formatTable && o.format != formatJSON {
		return usageError{noFormat(o.format)}
	}
	start, err := o.start(what)
	if err != nil {
		return usageError{err}
	}
	all := judged{Server: what}
	broken, interrupted := 0, false
	for _, c := range conform.Clauses() {
		j := c.Judge(ctx, start, o.patience)
		if interrupted = ctx.Err() != nil; interrupted {
			break
		}
		if j.Verdict == conform.Broken {
			broken++
		}
		all.Clauses = append(all.Clauses, j)
	}
	if err := all.write(s.Out, o.format); err != nil {
		return err
	}
	if interrupted {
		return errors.New("interrupted: the contract was not read to its end")
	}
	if broken > 0 {
		return fmt.Errorf("%s: %d of %d clauses do not hold", what, broken, len(all.Clauses))
	}
	return nil
}

func (j judged) write(out io.Writer, format string) error {
	if format == formatJSON {
		return writeJSON(out, j)
	}
	w := aligned(out)
	for _, c := range j.Clauses {
		verdict := c.Verdict
		if c.Why != "" {
			verdict += ": " + strings.ReplaceAll(c.Why, "\n", "; ")
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", c.Clause, c.Asks, verdict)
	}
	return w.Flush()
}
