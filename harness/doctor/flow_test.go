package doctor

import (
	"strings"
	"testing"
	"time"
)

const ms = time.Millisecond

// items are made every so often, and come in groups of a size when the last of a group is made.
func items(n int, every time.Duration, size int, one func(made time.Duration) item) (all []item) {
	for i := range n {
		made := time.Duration(i) * every
		it := one(made)
		it.at = made + time.Duration(size-1-i%size)*every
		all = append(all, it)
	}
	return all
}

func timedEvent(made time.Duration) item { return item{own: noon.Add(made)} }
func untimedEvent(time.Duration) item    { return item{} }
func comment(time.Duration) item         { return item{comment: true} }

func TestFlow(t *testing.T) {
	backlog := items(20, 50*ms, 1, timedEvent)
	for i := range 10 {
		backlog[i].own, backlog[i].at = noon.Add(-time.Duration(10-i)*time.Minute), time.Duration(i)*10*ms
	}
	late := items(20, 50*ms, 1, timedEvent)
	for i := range late { // a clock that is a minute behind
		late[i].own = late[i].own.Add(-time.Minute)
	}
	behind := items(20, 50*ms, 5, timedEvent)
	for i := range behind {
		behind[i].own = behind[i].own.Add(-time.Minute)
	}
	stalled := items(40, 50*ms, 1, timedEvent)
	for i := 10; i < 16; i++ { // this machine was asleep, once
		stalled[i].at = stalled[16].at
	}
	for name, c := range map[string]struct {
		items              []item
		buffered, doubtful bool
		says               string
	}{
		"one by one":             {items(20, 50*ms, 1, timedEvent), false, false, "one by one"},
		"bursts":                 {items(40, 20*ms, 8, timedEvent), true, false, "bursts of 8, made up to 140ms apart"},
		"bursts without a time":  {items(40, 20*ms, 8, untimedEvent), false, true, "bursts of 8, about 160ms apart"},
		"heartbeats":             {items(40, 50*ms, 1, comment), false, false, "one by one"},
		"heartbeats in bursts":   {items(40, 50*ms, 4, comment), true, false, "heartbeats come in bursts of 4"},
		"a thousand a second":    {items(2000, ms, 1, timedEvent), false, false, "one by one"},
		"published in bursts":    {items(40, 0, 1, timedEvent), false, false, "one by one"},
		"a backlog first":        {backlog, false, false, "one by one"},
		"a clock behind":         {late, false, false, "one by one"},
		"bursts, a clock behind": {behind, true, false, "bursts of 5, made up to 200ms apart"},
		"one stall":              {stalled, false, false, "one by one"},
		"nothing":                {nil, false, false, "one by one"},
	} {
		f := flowOf(c.items)
		if f.buffered() != c.buffered || f.doubtful() != c.doubtful || !strings.Contains(f.String(), c.says) {
			t.Errorf("%s: %q, %+v", name, f, f)
		}
	}
}

// The silence of a connection is compared with the table of hops, which no test can wait for.
func TestPulse(t *testing.T) {
	every := func(d time.Duration) []time.Duration { return []time.Duration{d, 2 * d, 3 * d} }
	for name, c := range map[string]struct {
		p     pulse
		level Level
		says  string
	}{
		"often":            {pulse{at: every(15 * time.Second), longest: 15 * time.Second, kept: time.Minute}, OK, "a comment every 15s; the shortest timeout of usual hops is HAProxy as Debian configures it 50 s"},
		"seldom":           {pulse{at: every(75 * time.Second), longest: 75 * time.Second, kept: 5 * time.Minute}, Fault, "a comment every 1m15s: some hops cut a connection before that unless told otherwise: HAProxy as Debian configures it 50 s, Heroku 55 s, nginx 60 s, AWS Application Load Balancer 60 s"},
		"never":            {pulse{longest: 5 * time.Minute, kept: 5 * time.Minute}, Fault, "silent for 5m0s: "},
		"not yet":          {pulse{longest: 20 * time.Second, kept: 20 * time.Second}, Unknown, "no comment within 20s"},
		"one":              {pulse{at: []time.Duration{15 * time.Second}, longest: 15 * time.Second, kept: 20 * time.Second}, Unknown, "one comment within 20s"},
		"messages instead": {pulse{others: 9, longest: time.Second, kept: 20 * time.Second}, Unknown, "no comment: messages came at least every 1s"},
		"several together": {pulse{at: []time.Duration{ms, 2 * ms, 3 * ms, time.Second}, longest: time.Second, kept: time.Second}, OK, "a comment every 333ms"},
	} {
		c.p.what = "comment"
		f := c.p.findings()[0]
		if f.Level != c.level || !strings.HasPrefix(f.Seen, c.says) || f.Level == Fault && f.Source == "" {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

// An end at a timeout that is known is told by its name.
func TestEndings(t *testing.T) {
	for says, e := range map[string]ending{
		"Google Cloud load balancer has a timeout of 30 s of the whole answer": {lived: 30 * time.Second, silent: time.Second},
		"nginx has a timeout of 60 s of silence":                               {lived: 5 * time.Minute, silent: 60*time.Second + 400*ms},
		"Azure Load Balancer has a timeout of 4 min of silence":                {lived: 4 * time.Minute, silent: 4 * time.Minute},
		"ended after 10s, 1s behind the last byte: reset":                      {lived: 10 * time.Second, silent: time.Second},
	} {
		e.how = "reset"
		f := e.findings("look")[0]
		if f.Level != Fault || !strings.Contains(f.Seen, says) || f.Fix == "" {
			t.Errorf("%+v, want %q", f, says)
		}
	}
	for i, h := range hops() {
		if h.name == "" || h.fix == "" || !strings.HasPrefix(h.source, "https://") || i > 0 && h.limit < hops()[i-1].limit {
			t.Errorf("%+v", h)
		}
	}
}
