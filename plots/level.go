package plots

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"gonum.org/v1/plot"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// levels are those of the varied factor as an axis has them.
type levels struct {
	key     string
	names   []string  // as the scenario writes them
	numbers []float64 // what they are on a scale; nil: they are names
}

// newLevels reads levels as numbers where all of them are some of one kind, and no two the same.
func newLevels(vary *results.Vary) levels {
	l := levels{key: vary.Key, names: vary.Levels}
	kinds := map[string]bool{}
	for _, name := range vary.Levels {
		v, kind, ok := levelNumber(name)
		if !ok || slices.Contains(l.numbers, v) {
			return levels{key: vary.Key, names: vary.Levels}
		}
		l.numbers = append(l.numbers, v)
		if v != 0 { // 0 is one of any kind
			kinds[kind] = true
		}
	}
	if len(kinds) > 1 || len(l.names) < 2 || l.wide() && slices.Min(l.numbers) <= 0 {
		l.numbers = nil
	}
	return l
}

// levelNumber reads a number, a duration, a size or a share.
func levelNumber(level string) (v float64, kind string, ok bool) {
	level = strings.TrimSpace(level)
	if v, err := strconv.ParseFloat(level, 64); err == nil {
		return v, "", words.Finite(v)
	}
	if d, err := time.ParseDuration(level); err == nil {
		return d.Seconds(), "duration", true
	}
	for _, u := range []struct {
		suffix string
		of     float64
		kind   string
	}{
		{"%", 0.01, "share"},
		{"KiB", 1 << 10, "size"},
		{"MiB", 1 << 20, "size"},
		{"GiB", 1 << 30, "size"},
		{"kB", 1e3, "size"},
		{"MB", 1e6, "size"},
		{"GB", 1e9, "size"},
		{"B", 1, "size"},
	} {
		if number, found := strings.CutSuffix(level, u.suffix); found {
			v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
			return v * u.of, u.kind, err == nil && words.Finite(v)
		}
	}
	return 0, "", false
}

// steep is how many times the largest value is the smallest from where on an axis is logarithmic: on a linear one the small values
// would stand in one place.
const steep = 30

// wide reports whether the levels need a logarithmic axis, 0 aside, which has no place on one.
func (l levels) wide() bool {
	least := math.Inf(1)
	for _, v := range l.numbers {
		if v > 0 {
			least = min(least, v)
		}
	}
	return slices.Max(l.numbers) > steep*least
}

// label is a level as an axis names it. Sizes are mostly written as plain numbers of bytes.
func (l levels) label(i int) string {
	name := l.names[i]
	if len(l.numbers) > 0 && l.numbers[i] >= 1<<10 && strings.HasSuffix(l.key, "size") {
		if s := words.Bytes.ScaleFor(l.numbers[i]); words.Same(l.numbers[i]/s.Factor, math.Round(l.numbers[i]/s.Factor)) {
			return words.Trimmed(l.numbers[i]/s.Factor) + s.Unit()
		}
	}
	if short := []rune(name); len(short) > mostOfName { // names of one kind differ at their ends
		return string(short[:mostOfName/2]) + "…" + string(short[len(short)-mostOfName/2:])
	}
	return name
}

// mostOfName is as much of the name of a level as leaves room for its bars.
const mostOfName = 14

// axis makes an axis of numbers: a tick at every level.
func (l levels) axis(a *plot.Axis) {
	least, most := slices.Min(l.numbers), slices.Max(l.numbers)
	if l.wide() {
		a.Scale = plot.LogScale{}
		a.Min, a.Max = least/1.15, most*1.15
	} else {
		a.Min, a.Max = least-0.06*(most-least), most+0.06*(most-least)
	}
	var ticks []plot.Tick
	for i, v := range l.numbers {
		ticks = append(ticks, plot.Tick{Value: v, Label: l.label(i)})
	}
	a.Tick.Marker = plot.ConstantTicks(ticks)
}

// order are the places of the levels, the smallest first.
func (l levels) order() []int {
	order := make([]int, len(l.numbers))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(l.numbers[i], l.numbers[j]) })
	return order
}
