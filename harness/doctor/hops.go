package doctor

import (
	"fmt"
	"strings"
	"time"
)

// hop is something that often stands before a server, and when it ends connections unless it is told otherwise.
type hop struct {
	name   string
	limit  time.Duration
	whole  bool   // of the whole answer, whatever flows; otherwise of silence
	fix    string // the setting
	source string
}

// hops is the table, by limit. Looked up in November 2026.
func hops() []hop {
	return []hop{
		{"Google Cloud load balancer", 30 * time.Second, true, "timeoutSec of the backend service", "https://docs.cloud.google.com/load-balancing/docs/https#timeout-bes"},
		{"HAProxy as Debian configures it", 50 * time.Second, false, "timeout client, timeout server; timeout tunnel for WebSocket", "https://salsa.debian.org/haproxy-team/haproxy/-/blob/master/debian/haproxy.cfg"},
		{"Heroku", 55 * time.Second, false, "none", "https://devcenter.heroku.com/articles/request-timeout#long-polling-and-streaming-responses"},
		{"nginx", 60 * time.Second, false, "proxy_read_timeout", "https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_read_timeout"},
		{"AWS Application Load Balancer", 60 * time.Second, false, "idle_timeout.timeout_seconds", "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html"},
		// 100 s in the documentation of 2024 and 2025, 120 s in that of 2026.
		{"Cloudflare", 100 * time.Second, false, "Proxy Read Timeout, of Enterprise plans", "https://developers.cloudflare.com/fundamentals/reference/connection-limits/"},
		{"Azure Load Balancer", 4 * time.Minute, false, "idle timeout of the rule", "https://learn.microsoft.com/en-us/azure/load-balancer/load-balancer-tcp-idle-timeout"},
	}
}

// cutters are hops that end a connection which is silent for so long.
func cutters(silence time.Duration) (all []hop) {
	for _, h := range hops() {
		if !h.whole && h.limit <= silence {
			all = append(all, h)
		}
	}
	return all
}

// likely is the hop whose limit a connection ended at, within 3% or a second.
func likely(lived, silent time.Duration) (h hop, found bool) {
	for _, h := range hops() {
		took := silent
		if h.whole {
			took = lived
		}
		if (took - h.limit).Abs() <= max(time.Second, h.limit*3/100) {
			return h, true
		}
	}
	return hop{}, false
}

// listed names hops with their limits.
func listed(all []hop) string {
	words := make([]string, len(all))
	for i, h := range all {
		words[i] = fmt.Sprintf("%s %s", h.name, whole(h.limit))
	}
	return strings.Join(words, ", ")
}

// whole is a limit as its documentation has it.
func whole(d time.Duration) string {
	if d >= 2*time.Minute {
		return fmt.Sprintf("%.0f min", d.Minutes())
	}
	return fmt.Sprintf("%.0f s", d.Seconds())
}
