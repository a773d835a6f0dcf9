package servers

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pushbench/pushbench/internal/lane"
	"github.com/pushbench/pushbench/servers/calibration"
	"github.com/pushbench/pushbench/servers/hub"
)

// Option changes a lane: LANE+OPTION is the lane with it, and LANE+A+B the lane with both. What one of known cost adds to its lane
// is known beforehand.
type Option struct {
	Name    string
	About   string // one phrase for lists and reports
	Control bool   // changes nothing: the lane again, to compare it with itself
	Offsets []lane.Offset
	Drops   *lane.Drops

	apply func(*Lane) error // an error is why the lane cannot have it
}

// Options is the table of options.
func Options() []Option {
	return []Option{
		{
			Name: "control", About: "the lane again: what differs from itself is noise", Control: true,
			apply: func(*Lane) error { return nil },
		},
		{
			Name: lane.OptionOld, About: "the lane as the build of pushbench serves it that --old names",
			apply: func(*Lane) error { return nil },
		},
		{
			Name: "ballast", About: "holds 64 KiB for each connection",
			Offsets: []lane.Offset{
				{Metric: "rss_per_connection", Adds: calibration.BallastBytes, Within: 0.02 * calibration.BallastBytes},
				{Metric: "heap_per_connection", Adds: calibration.BallastBytes, Within: 0.02 * calibration.BallastBytes},
			},
			apply: wrapped(calibration.Ballast),
		},
		{
			Name: "delay", About: "holds each message for 20 ms",
			Offsets: []lane.Offset{{Metric: "delivery_latency_p50", Adds: calibration.DelayTime.Seconds(), Within: (500 * time.Microsecond).Seconds()}},
			apply:   func(l *Lane) error { l.Delay = calibration.DelayTime; return nil },
		},
		{
			Name: "burn", About: "burns 50 µs of CPU for each message to a connection",
			Offsets: []lane.Offset{{Metric: "cpu_per_message", Adds: calibration.BurnTime.Seconds(), Within: 0.1 * calibration.BurnTime.Seconds()}},
			apply:   wrapped(calibration.Burn),
		},
		{
			Name: "lossy", About: "drops one delivery of a thousand",
			Drops:   &lane.Drops{Every: calibration.DropEvery, Rest: calibration.DropRest, Of: calibration.DropOf},
			Offsets: []lane.Offset{{Metric: "reach", Adds: -1.0 / (calibration.DropEvery * calibration.DropOf), Within: 0}},
			apply:   wrapped(calibration.Lossy()),
		},
		{Name: "streams6", About: "6 subscriptions on each HTTP/2 connection: tabs of one browser", apply: withStreams(6)},
		{Name: "streams100", About: "100 subscriptions on each HTTP/2 connection: a gateway's, or what RFC 9113 wants allowed at least", apply: withStreams(100)},
		{Name: "streams250", About: "250 subscriptions on each HTTP/2 connection: as many as net/http allows", apply: withStreams(mostStreams)},
		{Name: "tls", About: "TLS 1.3 with a certificate of its own", apply: withTLS},
	}
}

// wrapped puts one more wrapper around the sink of each connection.
func wrapped(wrap func(hub.Sink) hub.Sink) func(*Lane) error {
	return func(l *Lane) error {
		if inner := l.Wrap; inner != nil {
			l.Wrap = func(s hub.Sink) hub.Sink { return wrap(inner(s)) }
		} else {
			l.Wrap = wrap
		}
		return nil
	}
}

// mostStreams is how many streams net/http allows on a connection.
const mostStreams = 250

// withStreams has subscriptions share connections.
func withStreams(n int) func(*Lane) error {
	return func(l *Lane) error {
		switch {
		case l.UDP:
			return errors.New("each of its subscriptions has a QUIC connection: see sse-h2")
		case l.Streams == 0:
			return errors.New("it has no streams that could share a connection: see sse-h2")
		case l.Streams > 1:
			return fmt.Errorf("%d of its subscriptions share a connection already", l.Streams)
		}
		l.Streams, l.Stated.Goroutines = n, h2Goroutines(n)
		return nil
	}
}

// withTLS serves the lane within TLS, whose records add 22 bytes to what is written at once (RFC 8446, section 5.2).
func withTLS(l *Lane) error {
	if l.NoTLS != "" {
		return errors.New(l.NoTLS)
	}
	l.TLS = true
	l.Stated.Buffers = strings.TrimPrefix(l.Stated.Buffers+"; ", "none; ") + "crypto/tls: what it read last"
	if !l.Sessionless { // which has none
		l.Stated.Heartbeat += ", 22 B more as a record"
	}
	l.Stated.Close += ", close_notify"
	return nil
}

// LaneByName finds a row of the table, with the options after plus signs in the name. The error is one line.
func LaneByName(name string) (Lane, error) {
	parts := strings.Split(name, "+")
	rows := Lanes()
	i := slices.IndexFunc(rows, func(l Lane) bool { return l.Name == parts[0] })
	if i < 0 {
		return Lane{}, fmt.Errorf("no lane %q: pushbench list lanes shows them", parts[0])
	}
	l := rows[i]
	var abouts []string
	for n, asked := range parts[1:] {
		i := slices.IndexFunc(Options(), func(o Option) bool { return o.Name == asked })
		switch {
		case i < 0:
			return Lane{}, fmt.Errorf("%s has no option %q: pushbench list lanes shows them", parts[0], "+"+asked)
		case slices.Contains(parts[1:1+n], asked):
			return Lane{}, fmt.Errorf("%s: option +%s is there twice", parts[0], asked)
		}
		o := Options()[i]
		if err := o.apply(&l); err != nil {
			return Lane{}, fmt.Errorf("%s cannot have +%s: %w", parts[0], asked, err)
		}
		if o.Control || o.Offsets != nil { // the last one counts
			l.Of, l.Control, l.Offsets = strings.Join(slices.Concat(parts[:1+n], parts[2+n:]), "+"), o.Control, o.Offsets
		}
		l.Drops = cmp.Or(o.Drops, l.Drops)
		l.About += "; +" + o.Name + ": " + o.About
		abouts = append(abouts, o.About)
	}
	l.Name = name
	if len(abouts) > 0 { // the row's notes are about the lane without any
		l.Notes, l.Settings = nil, append(l.settings(), lane.Setting{Name: lane.SettingOption, Value: strings.Join(abouts, "; ")})
	}
	return l, nil
}
