package wire

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// What a verb is asked and answers arrives, errors and their absence included.
func TestVerbs(t *testing.T) {
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoLog: true, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(s.Shutdown)
	bus, err := nats.Connect(s.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(bus.Close)
	const double Verb[int, []int] = "double"
	begin := func(f func()) { go f() }
	do := func(n int) ([]int, error) {
		if n < 0 {
			return nil, errors.New("below 0")
		}
		return []int{n, 2 * n}, nil
	}
	if err := Serve(bus, "a", double, begin, do); err != nil {
		t.Fatal(err)
	}
	if got, err := Ask(t.Context(), bus, "a", double, 4); err != nil || len(got) != 2 || got[1] != 8 {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := Ask(t.Context(), bus, "a", double, -4); err == nil || err.Error() != "double: below 0" {
		t.Errorf("a refusal is %v", err)
	}
	if _, err := Ask(t.Context(), bus, "a", Verb[string, []int](double), "four"); err == nil || !strings.Contains(err.Error(), "double: json: cannot unmarshal string") {
		t.Errorf("another request is %v", err)
	}
	if _, err := Ask(t.Context(), bus, "b", double, 4); !errors.Is(err, nats.ErrNoResponders) {
		t.Errorf("nobody there is %v", err)
	}
	const never Verb[Nothing, Nothing] = "never"
	stay := make(chan struct{})
	t.Cleanup(func() { close(stay) })
	if err := Serve(bus, "a", never, begin, func(Nothing) (Nothing, error) { <-stay; return Nothing{}, nil }); err != nil {
		t.Fatal(err)
	}
	late := errors.New("patience is over")
	ctx, cancel := context.WithTimeoutCause(t.Context(), time.Millisecond, late)
	defer cancel()
	if _, err := Ask(ctx, bus, "a", never, Nothing{}); !errors.Is(err, late) {
		t.Errorf("no answer in time is %v", err)
	}
}
