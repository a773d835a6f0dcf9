package plots

import (
	"fmt"
	"strconv"
)

// span writes a range of counts: "6" or "5–6".
func span(least, most int) string {
	if least == most {
		return thousands(most)
	}
	return thousands(least) + "–" + thousands(most)
}

// thousands groups the digits of large numbers.
func thousands(n int) string {
	if n < 0 {
		return "-" + thousands(-n)
	}
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}

func plural(n int, one, more string) string {
	if n == 1 {
		return one
	}
	return more
}

// joinWords joins the sentences that are not empty.
func joinWords(sentences ...string) string {
	out := ""
	for _, s := range sentences {
		switch {
		case s == "":
		case out == "":
			out = s
		default:
			out += " " + s
		}
	}
	return out
}
