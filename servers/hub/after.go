package hub

import (
	"fmt"
	"strconv"
)

// ParseAfter reads the sequence number a subscriber wants to resume after; the empty string is Live.
func ParseAfter(s string) (uint64, error) {
	if s == "" {
		return Live, nil
	}
	after, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a sequence number", s)
	}
	return after, nil
}
