package doctor

import (
	"regexp"
	"strconv"
	"time"
)

var (
	written = regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.,]\d+(?:Z|[+-]\d\d:?\d\d)`)
	digits  = regexp.MustCompile(`\d+`)
)

// timely is how far a number may be from the clock here to be a time of day: no other number of as many digits is likely to be.
const timely = time.Hour

// ownTime looks for the time of day that a server put into an event or its id: RFC 3339 with a fraction, or a number of
// milliseconds, microseconds or nanoseconds since 1970, as Redis and Kafka have in their ids. Whole seconds tell nothing of a
// proxy that holds events back for less.
func ownTime(text string, now time.Time) (time.Time, bool) {
	for _, s := range written.FindAllString(text, -1) {
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05Z0700"} {
			if t, err := time.Parse(layout, s); err == nil && near(t, now) {
				return t, true
			}
		}
	}
	for _, s := range digits.FindAllString(text, -1) {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			continue
		}
		var t time.Time
		switch len(s) {
		case 13:
			t = time.UnixMilli(n)
		case 16:
			t = time.UnixMicro(n)
		case 19:
			t = time.Unix(0, n)
		default:
			continue
		}
		if near(t, now) {
			return t, true
		}
	}
	return time.Time{}, false
}

func near(t, now time.Time) bool { return t.Sub(now).Abs() < timely }
