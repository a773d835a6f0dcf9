package decision

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pushbench/pushbench/internal/plain"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
	"github.com/pushbench/pushbench/results/words"
)

// costSection is what the template sees of money.
type costSection struct {
	Currency string
	About    string // whose prices they are
	Rows     []tableRow
	Says     []string // what decides, and what else there is to pay for
	Assumed  []string
}

// cost is the section on money; nil: nobody said what anything costs.
func (d *Decision) cost() *costSection {
	if d.Prices == nil {
		return nil
	}
	money := d.Prices.Currency
	compute := d.costs("compute", money, func(b bill) float64 { return b.compute })
	egress := d.costs("egress", money, func(b bill) float64 { return b.egress })
	out := &costSection{Currency: money, About: d.Prices.About, Says: []string{deciding(compute, egress)}, Assumed: d.costAssumed()}
	for _, rows := range [][]results.SummaryRow{compute, egress, d.costs("total", money, bill.total)} {
		out.Rows = append(out.Rows, tableRow{rows[0].Metric, cells(rows, true)})
	}
	out.Rows = append(out.Rows, d.instancesRow(), d.tightestRow())
	own, ok := d.own()
	if !ok {
		return out
	}
	if e, ok := d.evenPolling(own); ok && e.known {
		out.Says = append(out.Says, e.pollingInWords(own.lane.Name))
	}
	for _, g := range d.Prices.Gateways {
		out.Says = append(out.Says, d.againstGateway(g, own))
	}
	return out
}

// money is an amount of it, in words.
func (d *Decision) money(v float64) string {
	text := words.Unit("").Number(v)
	if whole, err := strconv.Atoi(text); err == nil {
		text = words.Thousands(whole)
	}
	return text + " " + d.Prices.Currency
}

// instancesRow shows how many instances each option takes: of all trials the fewest and the most, since there are no halves.
func (d *Decision) instancesRow() tableRow {
	row := tableRow{Name: "instances"}
	for _, r := range d.costs("instances", results.Count, func(b bill) float64 { return b.instances }) {
		i := slices.IndexFunc(d.options(), func(l results.Lane) bool { return l.Name == r.Lane })
		kind := d.billed(d.options()[i]).kind
		if r.N == 0 || kind.Name == "" {
			row.Values = append(row.Values, "not known")
			continue
		}
		byValue := func(a, b results.TrialValue) int { return cmp.Compare(a.Value, b.Value) }
		least, most := slices.MinFunc(r.Values, byValue).Value, slices.MaxFunc(r.Values, byValue).Value
		row.Values = append(row.Values, words.Span(int(least), int(most))+" "+plain.Markdown(kind.Name))
	}
	return row
}

// tightestRow shows what fills an instance first, and how full that is.
func (d *Decision) tightestRow() tableRow {
	row := tableRow{Name: "tightest"}
	for _, l := range d.options() {
		b := d.billed(l)
		if b.kind.Name == "" {
			row.Values = append(row.Values, d.unheld(l))
			continue
		}
		tightest := b.bill.tightest
		text := fmt.Sprintf("%s, %s full", tightest.name, words.InPercent(tightest.instances/b.bill.instances))
		if tightest.load != usual {
			text += " under load " + plain.Markdown(tightest.load)
		}
		row.Values = append(row.Values, text)
	}
	return row
}

// unheld is why an option has no bill.
func (d *Decision) unheld(l results.Lane) string {
	for _, n := range needsOf(d.Workload, l, d.typical(l.Name)) {
		if math.IsNaN(n.cores + n.memory + n.process + n.traffic) {
			return "not known"
		}
	}
	return "no kind of instance has the memory for the process alone"
}

// deciding says which line of the bills is the larger by a factor of two, and whether the options differ in it.
func deciding(compute, egress []results.SummaryRow) string {
	least, most := math.Inf(1), 0.0
	for i := range compute {
		ratio := egress[i].Median / compute[i].Median
		if egress[i].Median == 0 && compute[i].Median == 0 {
			ratio = 1
		}
		if math.IsNaN(ratio) {
			return "Which line of the bill decides is not known: a figure is missing."
		}
		least, most = math.Min(least, ratio), math.Max(most, ratio)
	}
	switch {
	case least >= 2:
		return words.Join(larger("Egress", "compute", least, most), finding(egress), ifEqual(egress, "The size of the messages and their compression decide the bill, and the transport does not."))
	case most <= 0.5:
		return words.Join(larger("Compute", "egress", 1/most, 1/least), finding(compute), ifEqual(compute, "The transport does not decide the bill."))
	default:
		return words.Join("Compute and egress are both a part of the bill that counts.", finding(compute), finding(egress))
	}
}

// larger says how many times of another line one is.
func larger(line, of string, least, most float64) string {
	switch {
	case math.IsInf(least, 1):
		return line + " is the whole bill."
	case !words.Finite(most):
		return fmt.Sprintf("%s is %s the %s, or more.", line, words.Ratio(least), of)
	case words.Ratio(least) == words.Ratio(most):
		return fmt.Sprintf("%s is %s the %s.", line, words.Ratio(least), of)
	default:
		return fmt.Sprintf("%s is %s to %s the %s.", line, words.Ratio(least), words.Ratio(most), of)
	}
}

// ifEqual is a conclusion, where all options are as good as equal.
func ifEqual(rows []results.SummaryRow, conclusion string) string {
	for _, r := range rows[1:] {
		if r.Verdict != stats.Same {
			return ""
		}
	}
	return conclusion
}

// costAssumed is what a bill stands on.
func (d *Decision) costAssumed() []string {
	p := d.Prices
	out := []string{
		"A core of an instance is taken to do as much as one of the CPU named under Provenance, and it will not: measure on the kind of instance you would rent.",
		fmt.Sprintf("A month has %d hours. %s of the cores of an instance stay free, connections may fill its memory, and they spread evenly.", hoursAMonth, p.Headroom.Text),
		"Load balancers, addresses, disks, negotiated discounts, free tiers and people are not in it. What comes in is free.",
	}
	if len(d.Workload.Loads) > 0 {
		out = append(out, "Instances hold every load. Egress and gateways are billed for the usual one, all month.")
	}
	if len(p.Gateways) > 0 {
		out = append(out, "The framing of a gateway is not known, and not in its egress.")
	}
	for _, i := range p.Instances {
		text := fmt.Sprintf("%s with %s cores and %s: %s", i.Name, words.Trimmed(i.Cores), i.Memory.Text, i.Price.Text)
		if i.Included.Value > 0 {
			text += ", with " + i.Included.Text + " of egress a month"
		}
		out = append(out, i.of(text))
	}
	egress := "Egress: " + p.Network.Out.Text
	for _, v := range p.Network.Beyond {
		egress += ", beyond " + v.From.Text + " a month " + v.Out.Text
	}
	out = append(out, p.Network.of(egress))
	for _, g := range p.Gateways {
		text := fmt.Sprintf("%s: connections %s, messages %s", g.Name, g.Connection.Text, g.Message.Text)
		if g.Metered.Value > 0 {
			text += " for each " + g.Metered.Text + " begun"
		}
		if g.Base.Value > 0 {
			text += ", " + g.Base.Text
		}
		out = append(out, g.of(text+", egress "+g.Out.Text))
	}
	return out
}

// of is a figure with who says so.
func (o Origin) of(figure string) string {
	return fmt.Sprintf("%s (%s, %s).", figure, o.Date, o.Source)
}

// costGaps are the questions about money that the page leaves open.
func (d *Decision) costGaps() []gap {
	lanes := results.Names(d.options())
	if d.Prices == nil {
		return []gap{{
			"what it costs in money, and from where on a managed gateway costs less",
			fmt.Sprintf("pushbench decide %s%s --lanes %s --prices %s", d.Run.Name, flagsOf(d.Workload), strings.Join(lanes, ","), PricesOfVendors()[0]),
		}}
	}
	if own, ok := d.own(); ok {
		poll := shortPolling
		if own.lane.TLS {
			poll += "+tls"
		}
		if e, polled := d.evenPolling(own); !polled || !e.known {
			return []gap{{
				"how often clients could poll for what pushing costs",
				fmt.Sprintf("pushbench decide%s --lanes %s,%s --prices %s", flagsOf(d.Workload), own.lane.Name, poll, d.Prices.Name),
			}}
		}
	}
	return nil
}

// flagsOf are those of pushbench decide that state a workload.
func flagsOf(w results.Workload) string {
	text := fmt.Sprintf(" --users %d --rate %v --size %d", w.Users, w.Rate, w.Size)
	if w.ClientRate > 0 {
		text += fmt.Sprintf(" --client-rate %v", w.ClientRate)
	}
	if w.Reconnects > 0 {
		text += fmt.Sprintf(" --reconnects %v", w.Reconnects)
	}
	if w.Path != "" {
		text += " --path " + w.Path
	}
	if w.P99 > 0 {
		text += fmt.Sprintf(" --p99 %v", w.P99)
	}
	return text
}
