package process

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

func TestTail(t *testing.T) {
	long := strings.Repeat("x", 3*lineBytes)
	numbers := func(from, to int) (lines []string) {
		for i := from; i <= to; i++ {
			lines = append(lines, fmt.Sprint(i))
		}
		return lines
	}
	for _, c := range []struct {
		name   string
		writes []string
		lines  []string
		cause  string
	}{
		{"nothing", nil, nil, ""},
		{"lines in pieces", []string{"one\ntw", "o\nthree", "\n", "", "\n\n"}, []string{"one", "two", "three"}, "three"},
		{"a line without an end", []string{"one\nno port "}, []string{"one", "no port"}, "no port"},
		{
			"many lines",
			[]string{strings.Join(numbers(1, 50), "\n")},
			slices.Concat(numbers(1, 5), []string{"..."}, numbers(40, 50)), "50",
		},
		{
			"a crash of Go",
			[]string{"listening\n" + "panic: no hub\n" + strings.Join(numbers(1, 50), "\n") + "\nmain.go:13 +0x1d\n"},
			slices.Concat([]string{"listening", "panic: no hub"}, numbers(1, 3), []string{"..."}, numbers(42, 50), []string{"main.go:13 +0x1d"}), "panic: no hub",
		},
		{
			"a crash after much else",
			[]string{strings.Join(numbers(1, 50), "\n") + "\nfatal error: out of memory\n" + strings.Join(numbers(51, 99), "\n") + "\n"},
			slices.Concat(numbers(1, 5), []string{"...", "fatal error: out of memory", "..."}, numbers(90, 99)), "fatal error: out of memory",
		},
		{"a line that never ends", []string{long, long, "\nend\n"}, []string{long[:lineBytes], "end"}, "end"},
	} {
		var all strings.Builder
		tail := &Tail{To: &all}
		for _, text := range c.writes {
			if _, err := io.WriteString(tail, text); err != nil {
				t.Fatal(err)
			}
		}
		if !slices.Equal(tail.Lines(), c.lines) || tail.Cause() != c.cause {
			t.Errorf("%s: %q, because of %q; want %q, %q", c.name, tail.Lines(), tail.Cause(), c.lines, c.cause)
		}
		if all.String() != strings.Join(c.writes, "") {
			t.Errorf("%s: %d bytes were passed on", c.name, all.Len())
		}
	}
}
