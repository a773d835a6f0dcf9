package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pushbench/pushbench/internal/secret"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/servers"
)

// Publish is the publisher process of a trial whose servers do not publish themselves.
func Publish(s Streams) *cobra.Command {
	var (
		p        = wire.Publisher{Header: http.Header{}}
		headers  []string
		isAChild bool
	)
	cmd := &cobra.Command{
		Use:   "publish --url URL",
		Short: "Publish to servers in other processes, on a schedule the control API asks for",
		Long: "Publish makes a request for each message of a broadcast, at the time it is due or when the one before it has\n" +
			"been answered. It prints a ready line of JSON with the control API, as serve does. Arguments can be read by\n" +
			"everybody on the machine: secrets go into the environment, and {{env \"NAME\"}} into the body.\n\n" +
			"Servers of pushbench that run with --publisher separate need no request: their control APIs are in the settings\n" +
			"on stdin, and each gets every message with its number.",
		Example: `  pushbench publish --url http://127.0.0.1:8080/publish --body '{"data": {{json .Payload}}}' &
  curl -H "Authorization: Bearer $TOKEN" -d '{"rate":1,"count":10,"size":64}' $CONTROL/broadcast   # both from the ready line
  (echo '{"servers": [{"url": "'$CONTROL'", "token": "'$TOKEN'"}]}'; cat) | pushbench publish --child   # of a server with --publisher separate`,
		Args: arguments(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			if isAChild {
				if err := json.NewDecoder(os.Stdin).Decode(&p); err != nil {
					return fmt.Errorf("the settings on stdin: %w", err)
				}
				ctx = withParent(ctx)
			}
			if u, err := url.Parse(p.URL); !isAChild && (err != nil || u.Host == "") {
				return usageError{fmt.Errorf("--url %q is none: write http://HOST:PORT/PATH", secret.Mask(p.URL))}
			}
			for _, h := range headers {
				name, value, ok := strings.Cut(h, ":")
				if !ok {
					return usageError{errors.New("--header wants NAME: VALUE, not " + secret.Mask(h))}
				}
				p.Header.Add(name, strings.TrimSpace(value))
			}
			return servers.Post(ctx, p, s.Out)
		},
	}
	f := cmd.Flags()
	f.StringVar(&p.Lane, "lane", "", "name of the lane, for the ready line")
	f.StringVar(&p.URL, "url", "", "where to publish")
	f.StringVar(&p.Method, "method", http.MethodPost, "method of the request")
	f.StringArrayVar(&headers, "header", nil, "a header of the request, NAME: VALUE; may be repeated")
	f.StringVar(&p.Body, "body", "{{.Payload}}", "its body, a Go template: {{.Payload}}, or {{json .Payload}} as a JSON string")
	f.StringVar(&p.Answer, "answer", "", "text that an answer contains whose message was taken")
	f.IntVar(&p.Concurrency, "concurrency", 1, "requests under way at once; with more than 1 messages may overtake one another")
	f.DurationVar(&p.Patience, "patience", 0, "how long one answer may take; 0: for ever")
	f.BoolVar(&isAChild, "child", false, "take the settings as a line of JSON from stdin, and end when that closes")
	return cmd
}
