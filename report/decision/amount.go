package decision

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Amount is a figure of a price file.
type Amount struct {
	Value float64 // in base units: money an hour, a month, a minute, a message or a byte; bytes; or a share
	Text  string  // as the file has it
}

// UnmarshalJSON reads a number with its unit, which the schema has let through.
func (a *Amount) UnmarshalJSON(b []byte) error {
	if err := json.Unmarshal(b, &a.Text); err != nil {
		return err
	}
	value, err := parseAmount(a.Text)
	a.Value = value
	return err
}

// parseAmount reads texts such as 8GiB, 50% and 0.0816 USD/h.
func parseAmount(text string) (float64, error) {
	unit := strings.TrimLeft(text, "0123456789.")
	number, err := strconv.ParseFloat(strings.TrimSuffix(text, unit), 64)
	if err != nil {
		return 0, fmt.Errorf("no number in %q: %w", text, err)
	}
	if _, per, price := strings.Cut(unit, "/"); price {
		size, ok := baseUnits(per)
		if !ok {
			return 0, fmt.Errorf("no price is per %q", per)
		}
		return number / size, nil
	}
	size, ok := baseUnits(strings.TrimSpace(unit))
	if !ok {
		return 0, fmt.Errorf("no unit %q", unit)
	}
	return number * size, nil
}

// baseUnits is THE TABLE of units of a price file: how many base units one has.
func baseUnits(unit string) (float64, bool) {
	size, ok := map[string]float64{
		"": 1, "%": 0.01, "h": 1, "month": 1, "million": 1e6, "million minutes": 1e6,
		"B": 1, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
	}[unit]
	return size, ok
}

// currencyOf is the currency of a price; false: the text is none.
func currencyOf(text string) (string, bool) {
	money, _, price := strings.Cut(text, "/")
	_, currency, ok := strings.Cut(money, " ")
	return currency, price && ok
}
