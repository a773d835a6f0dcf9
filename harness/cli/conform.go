package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pushbench/pushbench/clients"
	"github.com/pushbench/pushbench/harness/conform"
	"github.com/pushbench/pushbench/harness/control"
	"github.com/pushbench/pushbench/harness/machine"
	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/harness/trial"
	"github.com/pushbench/pushbench/internal/wire"
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
	broken := 0
	for _, c := range conform.Clauses() {
		j := c.Judge(ctx, start, o.patience)
		if ctx.Err() != nil {
			return errors.New("interrupted: the contract was not read to its end")
		}
		if j.Verdict == conform.Broken {
			broken++
		}
		all.Clauses = append(all.Clauses, j)
	}
	if err := all.write(s.Out, o.format); err != nil {
		return err
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

// start is how to come by the server that is to be judged.
func (o conformOptions) start(what string) (conform.Start, error) {
	if strings.Contains(what, "://") {
		ready, err := o.ready(what)
		if err != nil {
			return nil, err
		}
		return func(_ context.Context, heartbeat time.Duration) (conform.Server, error) {
			if heartbeat > 0 {
				return nil, conform.Inapplicable("it has the heartbeat it was started with")
			}
			return newLent(ready), nil
		}, nil
	}
	if o.transport != "" || o.control != "" || o.token != "" || o.certificate != "" || o.streams != 0 {
		return nil, errors.New("--transport, --control, --token, --certificate and --streams are of a URL: a lane has its own")
	}
	cpus, err := machine.CPUs()
	if err != nil {
		return nil, err
	}
	if e, external, err := scenario.ExternalLane(what); err != nil || external {
		if err == nil {
			err = e.Missing(scenario.VarsFor(e))
		}
		return startForeign(e, cpus), err
	}
	if err := vocabulary().Lane(what); err != nil {
		return nil, err
	}
	return func(ctx context.Context, heartbeat time.Duration) (conform.Server, error) {
		s, err := trial.StartServer(ctx, trial.ServerOptions{
			Lane: what, CPUs: cpus, Heartbeat: heartbeat, Unacked: 20 * time.Second, History: 1024, Lag: scenario.LagDisconnect,
		})
		if err != nil {
			return nil, err
		}
		return started{s}, nil
	}, nil
}

// started is a process that conform has started.
type started struct{ trial.Server }

// Stats reads the server's own figures.
func (s started) Stats(ctx context.Context) (wire.Stats, error) { return s.Probed()[0].Stats(ctx) }

// ready is the ready line that the flags stand for.
func (o conformOptions) ready(url string) (wire.Ready, error) {
	r := wire.Ready{Transport: o.transport, URL: url, Control: strings.TrimSuffix(o.control, "/"), Token: o.token, Streams: o.streams}
	scheme, _, _ := strings.Cut(url, "://")
	switch {
	case r.Transport != "":
	case scheme == "ws", scheme == "wss":
		r.Transport = "websocket"
	case scheme == "tcp", scheme == "tls":
		r.Transport = "tcp"
	}
	r.TLS = scheme == "https" || scheme == "wss" || scheme == "tls"
	var known []string
	for _, p := range clients.Protocols() {
		known = append(known, p.Transport)
	}
	switch {
	case r.Transport == "":
		return r, fmt.Errorf("%s may be several things: say which with --transport%s", url, scenario.Suggest("", known))
	case !slices.Contains(known, r.Transport):
		return r, fmt.Errorf("no transport %q%s", r.Transport, scenario.Suggest(r.Transport, known))
	case r.Control == "" || r.Token == "":
		return r, errors.New("--control and --token are missing: they stand in the ready line of pushbench serve, and messages are published through them")
	}
	if r.TLS {
		text, err := os.ReadFile(o.certificate)
		if err != nil {
			return r, fmt.Errorf("%s is within TLS: give the certificate of its ready line as a file with --certificate: %w", url, err)
		}
		r.Certificate = string(text)
	}
	t, err := r.Target()
	if err == nil && !strings.Contains(t.Address, ":") {
		err = fmt.Errorf("%s names no port", url)
	}
	return r, err
}

// lent is a server that somebody else has started.
type lent struct {
	*control.Client
	line wire.Ready
}

func newLent(r wire.Ready) lent {
	return lent{&control.Client{URL: r.Control, Token: r.Token}, r}
}

// Targets are where to subscribe.
func (l lent) Targets() ([]wire.Target, error) {
	t, err := l.line.Target()
	return []wire.Target{t}, err
}

// Stop leaves it as it is.
func (l lent) Stop() error { return goesOn }

// goesOn is why a server is not ended.
const goesOn = conform.Inapplicable("it was running before, and goes on")
