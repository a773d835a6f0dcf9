package driver

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/pushbench/pushbench/harness/bench/load"
)

// column is a metric of the printed table, scaled for people.
type column struct {
	title, metric string
	scale         float64
	digits        int
}

func columns() []column {
	return []column{
		{"CPU/message, µs", cpuPerMessage, 1e6, 2},
		{"opened/CPU second", openedPerCPU, 1, 0},
		{"opened/bare loop", openedToFloor, 1, 2},
		{"memory/connection, B", rssSlope, 1, 0},
		{"received", received, 1, -1},
	}
}

// Table prints a group's rows as a Markdown table: each figure, and in brackets how many times the baseline's it is.
func Table(g load.Group, s Settings, rows []Row) string {
	lines := [][]string{{"case", "connections"}}
	for _, c := range columns() {
		lines[0] = append(lines[0], c.title)
	}
	for _, n := range s.Connections {
		for _, c := range g.Cases {
			line := []string{"`" + c.Name + "`", strconv.Itoa(n)}
			for _, col := range columns() {
				line = append(line, cell(rows, g.Name, c.Name, n, col))
			}
			lines = append(lines, line)
		}
	}
	return markdown(lines)
}

func cell(rows []Row, group, name string, n int, c column) string {
	for _, r := range rows {
		if r.Group != group || r.Case != name || r.Connections != n || r.Metric != c.metric {
			continue
		}
		text := strconv.FormatFloat(r.Median*c.scale, 'f', c.digits, 64)
		if !math.IsNaN(r.Ratio) && c.metric != received {
			text += fmt.Sprintf(" (%.2f)", r.Ratio)
		}
		return text
	}
	return ""
}

// markdown lines the cells up, so that the source reads as well as the page.
func markdown(lines [][]string) string {
	widths := make([]int, len(lines[0]))
	for _, line := range lines {
		for i, c := range line {
			widths[i] = max(widths[i], len([]rune(c)))
		}
	}
	rule := make([]string, len(widths))
	for i, w := range widths {
		rule[i] = strings.Repeat("-", w)
	}
	var b strings.Builder
	for i, line := range lines {
		write(&b, line, widths)
		if i == 0 {
			write(&b, rule, widths)
		}
	}
	return b.String()
}

func write(b *strings.Builder, line []string, widths []int) {
	for i, c := range line {
		fmt.Fprintf(b, "| %-*s ", widths[i], c)
	}
	b.WriteString("|\n")
}
