package wire

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
)

// Whatever a server makes of the largest message fits, and so does a short one in a long envelope.
func TestLimitHoldsEncodedMessages(t *testing.T) {
	for _, size := range []int{StampSize, 128, 30_000, 70_000, MaxSize} {
		limit := LimitFor(size).Bytes()
		if limit < LeastLimit || limit > MostLimit {
			t.Errorf("the limit for %d bytes is %d", size, limit)
		}
		quoted, err := json.Marshal(strings.Repeat(`"`, size))
		if err != nil {
			t.Fatal(err)
		}
		for name, n := range map[string]int{"base64": base64.StdEncoding.EncodedLen(size), "JSON": len(quoted)} {
			if n+1000 > limit {
				t.Errorf("%d bytes as %s are %d, and the limit is %d", size, name, n, limit)
			}
		}
	}
}
