package ports

import (
	"errors"
	"net"
	"slices"
	"syscall"
	"testing"
)

// Every port outside a range has one number, and none inside has any.
func TestPortsOutsideARange(t *testing.T) {
	for _, c := range []struct{ first, last, n int }{
		{32_768, 60_999, 22_768 + 4536},
		{1024, 65_535, 0},
		{10_000, 65_535, 0},
		{10_001, 65_535, 1},
		{1024, 60_999, 4536},
		{1024, 4999, 55_536},
		{32_768, 65_534, 22_769},
	} {
		n := outside(c.first, c.last)
		if n != c.n {
			t.Errorf("%d ports outside %d to %d, want %d", n, c.first, c.last, c.n)
		}
		var all []int
		for number := range n {
			p := port(number, c.first, c.last)
			if p < least || p > most || p >= c.first && p <= c.last {
				t.Fatalf("%d is inside %d to %d, or no port of a server", p, c.first, c.last)
			}
			all = append(all, p)
		}
		if all = slices.Compact(all); len(all) != n {
			t.Errorf("outside %d to %d some ports have two numbers", c.first, c.last)
		}
	}
}

// An outgoing connection cannot have the port of a server that comes back to it.
func TestListenIsOutsideTheRange(t *testing.T) {
	first, last := Outgoing()
	if outside(first, last) == 0 {
		t.Skipf("outgoing connections may have all ports from %d to %d", first, last)
	}
	l, err := Listen("127.0.0.1", func(address string) (net.Listener, error) { return net.Listen("tcp", address) })
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if p := l.Addr().(*net.TCPAddr).Port; p >= first && p <= last {
		t.Errorf("port %d is one of outgoing connections, which are %d to %d", p, first, last)
	}
}

// Taken ports are passed over, and where there is no other, or none may be asked for, the kernel chooses.
func TestListenTriesAgain(t *testing.T) {
	if first, last := Outgoing(); outside(first, last) == 0 {
		t.Skipf("outgoing connections may have all ports from %d to %d", first, last)
	}
	for name, c := range map[string]struct {
		refused int
		why     error
		asked   int  // addresses
		zero    bool // the last is of port 0
	}{
		"free":           {0, nil, 1, false},
		"taken twice":    {2, syscall.EADDRINUSE, 3, false},
		"all taken":      {tries, syscall.EADDRINUSE, tries + 1, true},
		"may not be had": {1, syscall.EACCES, 2, true},
	} {
		var asked []string
		_, err := Listen("::1", func(address string) (struct{}, error) {
			if asked = append(asked, address); len(asked) <= c.refused {
				return struct{}{}, &net.OpError{Err: c.why}
			}
			return struct{}{}, nil
		})
		if err != nil || len(asked) != c.asked || (asked[len(asked)-1] == "[::1]:0") != c.zero {
			t.Errorf("%s: asked for %q, %v", name, asked, err)
		}
	}
	none := errors.New("no port at all")
	if _, err := Listen("127.0.0.1", func(address string) (struct{}, error) {
		if address != "127.0.0.1:0" {
			return struct{}{}, syscall.EADDRINUSE
		}
		return struct{}{}, none
	}); !errors.Is(err, none) {
		t.Errorf("got %v, want the error of port 0", err)
	}
}
