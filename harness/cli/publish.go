package cli

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pushbench/pushbench/servers"
)

// Publish is the publisher process of a trial whose server is not ours.
func Publish(s Streams) *cobra.Command {
	var (
		c        = servers.PostConfig{Header: http.Header{}}
		headers  []string
		isAChild bool
	)
	cmd := &cobra.Command{
		Use:   "publish --url URL",
		Short: "Have a server publish messages by HTTP requests, on a schedule the control API asks for",
		Long: "Publish makes a request for each message of a broadcast, at the time it is due, whatever became of those\n" +
			"before it. It prints a ready line of JSON with the control API, as serve does.",
		Example: `  pushbench publish --url http://127.0.0.1:8080/publish --body '{"data": {{json .Payload}}}' &
  curl -H "Authorization: Bearer $TOKEN" -d '{"rate":1,"count":10,"size":64}' $CONTROL/broadcast   # both from the ready line`,
		Args: arguments(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			if isAChild {
				ctx = withParent(ctx)
			}
			if u, err := url.Parse(c.URL); err != nil || u.Host == "" {
				return usageError{fmt.Errorf("--url %q is none: write http://HOST:PORT/PATH", c.URL)}
			}
			for _, h := range headers {
				name, value, ok := strings.Cut(h, ":")
				if !ok {
					return usageError{errors.New("--header wants NAME: VALUE, not " + h)}
				}
				c.Header.Add(name, strings.TrimSpace(value))
			}
			return servers.Post(ctx, c, s.Out)
		},
	}
	f := cmd.Flags()
	f.StringVar(&c.Lane, "lane", "", "name of the lane, for the ready line")
	f.StringVar(&c.URL, "url", "", "where to publish")
	f.StringVar(&c.Method, "method", http.MethodPost, "method of the request")
	f.StringArrayVar(&headers, "header", nil, "a header of the request, NAME: VALUE; may be repeated")
	f.StringVar(&c.Body, "body", "{{.Payload}}", "its body, a Go template: {{.Payload}}, or {{json .Payload}} as a JSON string")
	f.BoolVar(&isAChild, "child", false, "end when stdin closes")
	return cmd
}
