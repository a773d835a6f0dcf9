package words

import (
	"fmt"
	"strconv"
)

// Span writes a range of counts: "6" or "5–6".
func Span(least, most int) string {
	if least == most {
		return Thousands(most)
	}
	return Thousands(least) + "–" + Thousands(most)
}

// Thousands groups the digits of large numbers.
func Thousands(n int) string {
	if n < 0 {
		return "-" + Thousands(-n)
	}
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%s,%03d", Thousands(n/1000), n%1000)
}

// Plural picks the word for one or for more.
func Plural(n int, one, more string) string {
	if n == 1 {
		return one
	}
	return more
}

// Join joins the sentences that are not empty.
func Join(sentences ...string) string {
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
