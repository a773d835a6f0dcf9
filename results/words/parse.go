package words

import (
	"fmt"
	"strconv"
	"strings"
)

// ParseSize reads a number of bytes, with a unit or without: 300, 300B or 2KiB.
func ParseSize(text string) (int, error) {
	number, factor := text, 1
	for _, u := range []struct {
		suffix string
		factor int
	}{{"MiB", 1 << 20}, {"KiB", 1 << 10}, {"MB", 1e6}, {"kB", 1e3}, {"KB", 1e3}, {"B", 1}} {
		if n, ok := strings.CutSuffix(text, u.suffix); ok {
			number, factor = strings.TrimSpace(n), u.factor
			break
		}
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > 1<<30/factor {
		return 0, fmt.Errorf("want bytes, such as 300, 300B or 2KiB, not %q", text)
	}
	return n * factor, nil
}

// ParseHourly reads how often something happens in an hour: 6 or 6/h.
func ParseHourly(text string) (float64, error) {
	v, err := strconv.ParseFloat(strings.TrimSuffix(text, "/h"), 64)
	if err != nil || !(v >= 0) {
		return 0, fmt.Errorf("want how often in an hour, such as 6 or 6/h, not %q", text)
	}
	return v, nil
}
