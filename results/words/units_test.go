package words

import (
	"math"
	"testing"
)

func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		u    Unit
		v    float64
		want string
	}{
		{Bytes, 0, "0 B"},
		{Bytes, 842, "842 B"},
		{Bytes, 1012, "1010 B"}, // three significant digits; below 1 KiB
		{Bytes, 1023.9, "1.00 KiB"},
		{Bytes, 23654.4, "23.1 KiB"},
		{Bytes, 1 << 40, "1.00 TiB"},
		{Bytes, -2048, "-2.00 KiB"},
		{Bytes, 0.25, "0.250 B"},
		{Seconds, 0, "0 ns"},
		{Seconds, 2.62e-6, "2.62 µs"},
		{Seconds, 999.9e-6, "1.00 ms"},
		{Seconds, 0.0123456, "12.3 ms"},
		{Seconds, 9.999, "10.0 s"},
		{Seconds, 12345, "12300 s"},
		{Seconds, 3e-10, "0.300 ns"},
		{PerSecond, 1.1e-6, "1.10 µs/s"},
		{Count, 2, "2"},
		{Count, 2.0000000001, "2"},
		{Count, 2.25, "2.25"},
		{Count, 12345, "12345"},
		{Count, 123456, "123k"},
		{Count, 4.2e9, "4.20G"},
		{Proportion, 1, "1"},
		{Proportion, 0.99996, "0.99996"},
		{Proportion, 0.9999997, "0.9999997"},
		{Proportion, 0.5, "0.500"},
		{Proportion, 0, "0"},
		{Seconds, math.NaN(), "–"},
		{Bytes, math.Inf(1), "∞"},
		{Count, math.Inf(-1), "−∞"},
	} {
		if got := c.u.Number(c.v); got != c.want {
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
		if got := Bytes.Interval(c.center, c.low, c.high); got != c.want {
			t.Errorf("%v: got %q, want %q", c, got, c.want)
		}
	}
	if got := Count.Interval(6139.4, 3010, 398123.4); got != "[3.01k, 398k]" {
		t.Errorf("of a count: %s", got)
	}
}

func TestRatios(t *testing.T) {
	for v, want := range map[float64]string{
		2.7412: "2.74x", 0.5: "0.500x", 1: "1.000x", 1.0031: "1.003x", 13.5: "13.5x", 0: "0x", math.Inf(1): "–",
	} {
		if got := Ratio(v); got != want {
			t.Errorf("%v: got %q, want %q", v, got, want)
		}
	}
	if got := Ratio(math.NaN()); got != "–" {
		t.Errorf("unknown: got %q", got)
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 5000: "5,000", 20000: "20,000", 1000001: "1,000,001", -12345: "-12,345"} {
		if got := Thousands(n); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
}

func TestEqualWords(t *testing.T) {
	for within, want := range map[float64]string{
		0: "equal", 0.0001: "equal", 0.0212: "equal within 2.2%", 0.05: "equal within 5%", 0.1381: "equal within 14%", 1: "equal within 100%",
		1.5: "undecided (up to 2.50x apart)", math.Inf(1): "undecided",
	} {
		if got := Equal(within); got != want {
			t.Errorf("%v: %q, want %q", within, got, want)
		}
	}
	if got := Equal(math.NaN()); got != "undecided" {
		t.Errorf("unknown: %q", got)
	}
}

// Who reads a number back needs the factor of what Number wrote behind it.
func TestFactors(t *testing.T) {
	all := Factors()
	for _, u := range []Unit{Seconds, PerSecond, Bytes, BitRate, Count} {
		for exponent := -9.0; exponent < 13; exponent++ {
			v := 1.5 * math.Pow(10, exponent)
			suffix := u.ScaleFor(v).Suffix
			if factor, ok := all[suffix]; !ok || factor != u.ScaleFor(v).Factor {
				t.Errorf("%s: %q is %v", u.Number(v), suffix, factor)
			}
		}
	}
}
