package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/pushbench/pushbench/servers"
	"github.com/pushbench/pushbench/servers/hub"
)

// Serve is the server process of a trial; by hand it serves curl and browsers.
func Serve(s Streams) *cobra.Command {
	var (
		c        = servers.Config{Drain: 5 * time.Second}
		lag      string
		publish  string
		isAChild bool
		identity bool
	)
	cmd := &cobra.Command{
		Use:   "serve --lane NAME",
		Short: "Serve one lane and print a ready line of JSON",
		Example: `  pushbench serve --lane sse-gin --listen 127.0.0.1:8080 &
  curl -N http://127.0.0.1:8080/events
  curl -H "Authorization: Bearer $TOKEN" -d '{"rate":1,"count":10,"size":64}' $CONTROL/broadcast   # both from the ready line`,
		Args: arguments(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			if isAChild {
				if identity {
					if err := json.NewDecoder(os.Stdin).Decode(&c.Identity); err != nil {
						return fmt.Errorf("the identity on stdin: %w", err)
					}
				}
				ctx = withParent(ctx)
			}
			c.Policy.Lag = hub.Lag(lag)
			switch publish {
			case inServer:
			case separate:
				c.Hub.Given = true
			default:
				return usageError{fmt.Errorf("--publisher %q is neither %s nor %s", publish, inServer, separate)}
			}
			if err := checkServe(c); err != nil {
				return usageError{err}
			}
			return servers.Serve(ctx, c, s.Out)
		},
	}
	f := cmd.Flags()
	f.StringVar(&c.Lane, "lane", "", "the lane to serve: see pushbench list lanes")
	f.StringVar(&c.Address, "listen", "127.0.0.1:0", "address of the subscribers' listener; port 0 takes a free one")
	f.DurationVar(&c.Hub.Heartbeat, "heartbeat", 15*time.Second, "longest silence of a connection; 0: no heartbeats")
	f.BoolVar(&c.Policy.OwnTimer, "heartbeat-timer-each", false, "one heartbeat timer per connection instead of a shared tick")
	f.DurationVar(&c.Unacked, "unacked", 20*time.Second, "how long data to a peer may stay unacknowledged; 0: the system's default")
	f.IntVar(&c.Hub.History, "history", 1024, "messages kept for resume and for subscribers that lag")
	f.StringVar(&lag, "lag", string(hub.Disconnect), "what becomes of a subscriber the history has overtaken: disconnect or skip")
	f.StringVar(&publish, "publisher", inServer, "what numbers and publishes the messages: the server, or a separate process (see pushbench publish)")
	f.DurationVar(&c.Drain, "drain", c.Drain, "how long connections may take to end after SIGTERM")
	f.BoolVar(&isAChild, "child", false, "end when stdin closes")
	f.BoolVar(&identity, "identity", false, "with --child: take what the certificate is made of as a line of JSON from stdin")
	return cmd
}

// Values of --publisher.
const (
	inServer = "server"
	separate = "separate"
)

// maxHistory keeps the ring below a few hundred megabytes.
const maxHistory = 1 << 20

func checkServe(c servers.Config) error {
	switch {
	case c.Lane == "":
		return errors.New("--lane is missing: see pushbench list lanes")
	case c.Hub.Heartbeat < 0 || c.Drain < 0 || c.Unacked < 0:
		return errors.New("--heartbeat, --unacked and --drain cannot be negative")
	case tooShort(c.Hub.Heartbeat) || tooShort(c.Unacked):
		return fmt.Errorf("--heartbeat and --unacked are 0, or %v at least", shortest)
	case c.Hub.History < 1 || c.Hub.History > maxHistory:
		return fmt.Errorf("--history %d is not in [1, %d] messages", c.Hub.History, maxHistory)
	case c.Policy.Lag != hub.Disconnect && c.Policy.Lag != hub.Skip:
		return fmt.Errorf("--lag %q is neither %s nor %s", c.Policy.Lag, hub.Disconnect, hub.Skip)
	}
	if _, err := servers.LaneByName(c.Lane); err != nil {
		return err
	}
	if _, err := net.ResolveTCPAddr("tcp", c.Address); err != nil {
		return fmt.Errorf("--listen %q: %w: write HOST:PORT, such as 127.0.0.1:8080", c.Address, err)
	}
	return nil
}

// shortest is a time below which timers are all a server does; scenarios have the same bound.
const shortest = 10 * time.Millisecond

func tooShort(d time.Duration) bool { return d > 0 && d < shortest }
