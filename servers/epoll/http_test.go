package epoll

import "testing"

func TestHeadEnd(t *testing.T) {
	for _, c := range []struct {
		in   string
		want int
	}{
		{"", 0},
		{"GET / HTTP/1.1\r\n", 0},
		{"GET / HTTP/1.1\r\n\r", 0},
		{"GET / HTTP/1.1\r\n\r\n", 18},
		{"GET / HTTP/1.1\r\n\r\nmore\r\n\r\n", 18},
		{"a\n\n", 3},
		{"a\r\nb\n\r\nc", 7},
		{"\r\n\r\n", 4},
	} {
		if got := HeadEnd([]byte(c.in)); got != c.want {
			t.Errorf("%q ends at %d, want %d", c.in, got, c.want)
		}
	}
}
