package plots

import (
	"math"
	"testing"
)

func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		u    unit
		v    float64
		want string
	}{
		{bytesUnit, 0, "0 B"},
		{bytesUnit, 842, "842 B"},
		{bytesUnit, 1012, "1010 B"}, // three significant digits; below 1 KiB
		{bytesUnit, 1023.9, "1.00 KiB"},
		{bytesUnit, 23654.4, "23.1 KiB"},
		{bytesUnit, 1 << 40, "1.00 TiB"},
		{bytesUnit, -2048, "-2.00 KiB"},
		{bytesUnit, 0.25, "0.250 B"},
		{seconds, 0, "0 ns"},
		{seconds, 2.62e-6, "2.62 µs"},
		{seconds, 999.9e-6, "1.00 ms"},
		{seconds, 0.0123456, "12.3 ms"},
		{seconds, 9.999, "10.0 s"},
		{seconds, 12345, "12300 s"},
		{seconds, 3e-10, "0.300 ns"},
		{perSecond, 1.1e-6, "1.10 µs/s"},
		{count, 2, "2"},
		{count, 2.0000000001, "2"},
		{count, 2.25, "2.25"},
		{count, 12345, "12345"},
		{count, 123456, "123k"},
		{count, 4.2e9, "4.20G"},
		{proportion, 1, "1"},
		{proportion, 0.99996, "0.99996"},
		{proportion, 0.9999997, "0.9999997"},
		{proportion, 0.5, "0.500"},
		{proportion, 0, "0"},
		{seconds, math.NaN(), "–"},
		{bytesUnit, math.Inf(1), "∞"},
		{count, math.Inf(-1), "−∞"},
	} {
		if got := c.u.number(c.v); got != c.want {
			t.Errorf("%v in %s: got %q, want %q", c.v, c.u, got, c.want)
		}
	}
}

func TestIntervalSharesThePrefixOfItsCenter(t *testing.T) {
	for _, c := range []struct {
		center, low, high float64
		want              string
	}{
		{23654, 23450, 23962, "[22.9, 23.4]"},
		{1024, 1000, 2048, "[0.977, 2.00]"},
		{1024, math.NaN(), 2048, ""},
		{1024, 1000, math.Inf(1), ""},
	} {
		if got := bytesUnit.interval(c.center, c.low, c.high); got != c.want {
			t.Errorf("%v: got %q, want %q", c, got, c.want)
		}
	}
}

func TestRatios(t *testing.T) {
	for v, want := range map[float64]string{
		2.7412: "2.74x", 0.5: "0.500x", 1: "1.000x", 1.0031: "1.003x", 13.5: "13.5x", 0: "0x", math.Inf(1): "–",
	} {
		if got := ratio(v); got != want {
			t.Errorf("%v: got %q, want %q", v, got, want)
		}
	}
	if got := ratio(math.NaN()); got != "–" {
		t.Errorf("unknown: got %q", got)
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 5000: "5,000", 20000: "20,000", 1000001: "1,000,001", -12345: "-12,345"} {
		if got := thousands(n); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
}

func TestShell(t *testing.T) {
	if got, want := shell([]string{"pushbench", "compare", "--note", "it's |"}), `pushbench compare --note 'it'\''s |'`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
