package machine

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/pushbench/pushbench/results"
)

// Finding is something about a machine that changes figures.
type Finding struct {
	Name    string
	Reading string
	Advice  string // its effect on figures, and the remedy; empty: it is fine
}

// Warning is a finding for the record of a run.
func (f Finding) Warning() results.Warning {
	return results.Warning{Code: results.Disturbing, Args: results.Args{"what": f.Name, "reading": f.Reading, "advice": f.Advice}}
}

// check reads one thing; empty: this machine does not show it.
type check struct {
	name string
	read func(Observation) (reading, advice string)
}

// checks is THE TABLE of settings of the machine, besides limits, that change figures and can be changed.
func checks() []check {
	return []check{
		{"load average", loadAverage},
		{"other processes", others},
		{"steal", steal},
		{"swap", swap},
		{"memory pressure", memoryPressure},
		{"cpu quota", cpuQuota},
		{"memory limit", memoryLimit},
		{"cpuset", cpuSet},
		{"cpu governor", governor},
		{"cpu boost", boost},
		{"huge pages", hugePages},
		{"clock", clock},
	}
}

// Findings are all readings, those without advice too.
func (s Observation) Findings() (all []Finding) {
	for _, c := range checks() {
		if reading, advice := c.read(s); reading != "" {
			all = append(all, Finding{Name: c.name, Reading: reading, Advice: advice})
		} else {
			all = append(all, Finding{Name: c.name, Reading: "not shown here"})
		}
	}
	return all
}

// loadAverage is of the last minute: below one process a CPU it needs no advice, as most of them may have ended by now.
func loadAverage(s Observation) (reading, advice string) {
	cpus := len(s.each("cpu[0-9]*"))
	reading = fmt.Sprintf("%.2f in the last minute", s.load)
	if cpus > 0 && s.load > float64(cpus) {
		advice = "more processes wanted to run than there are cpus: see with top what they are, and wait until they have ended"
	}
	return reading, advice
}

func others(s Observation) (reading, advice string) {
	reading = fmt.Sprintf("%.0f %% of a cpu in a second", 100*max(s.interference.CPU, 0)/s.took.Seconds())
	if len(s.busy) > 0 {
		reading += ", " + s.busy[0].Share(s.took)
	}
	if s.interference.CPU > otherLimit*s.took.Seconds()+resolution {
		advice = "they take cpu and caches from server and load: end them, or run where nothing else does"
	}
	return reading, advice
}

func steal(s Observation) (reading, advice string) {
	reading = fmt.Sprintf("%.0f %% of a cpu in a second", 100*s.interference.Steal/s.took.Seconds())
	if s.interference.Steal > stealLimit*s.took.Seconds()+resolution {
		advice = "other machines on this host get its cpus: use a machine with dedicated cpus, or another hour"
	}
	return reading, advice
}

// swap in use alone changes nothing: processes that sleep were swapped out, and those of a trial are fresh.
func swap(s Observation) (reading, advice string) {
	info, err := readMeminfo(s.proc)
	if err != nil || info.SwapTotalBytes == nil || info.SwapFreeBytes == nil {
		return "", ""
	}
	total, free := float64(*info.SwapTotalBytes), float64(*info.SwapFreeBytes)
	if total == 0 {
		return "none", ""
	}
	reading = fmt.Sprintf("%.1f of %.1f GiB in use", (total-free)/(1<<30), total/(1<<30))
	if s.interference.Swapped > 0 {
		reading += ", pages move"
		advice = "memory that comes back from a disk takes milliseconds: end what needs so much of it, or swapoff -a"
	}
	return reading, advice
}

func memoryPressure(s Observation) (reading, advice string) {
	if _, err := os.Stat(filepath.Join(s.proc, "pressure", "memory")); err != nil {
		return "", ""
	}
	reading = fmt.Sprintf("%.0f %% of a second", 100*s.interference.MemoryPressure/s.took.Seconds())
	if s.interference.MemoryPressure > pressureLimit*s.took.Seconds()+resolution {
		advice = "processes wait while the kernel looks for free memory: end what needs so much of it"
	}
	return reading, advice
}

// governor decides the CPUs' clock; where none is shown, the host decides, as for virtual machines.
func governor(s Observation) (reading, advice string) {
	var names []string
	for _, file := range s.each("cpu[0-9]*/cpufreq/scaling_governor") {
		names = append(names, word(file))
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) == 0 {
		return "", ""
	}
	reading = strings.Join(names, ", ")
	if most, err := strconv.ParseFloat(word(s.cpu("cpu0/cpufreq/cpuinfo_max_freq")), 64); err == nil {
		reading += fmt.Sprintf(", at most %.1f GHz", most/1e6)
	}
	if !slices.Equal(names, []string{"performance"}) {
		advice = "the clock follows the load, and cpu time is not the same work twice: cpupower frequency-set -g performance"
	}
	return reading, advice
}

// boost above the nominal clock depends on heat, and on what other cores do. Its switch has two places, of opposite sense.
func boost(s Observation) (reading, advice string) {
	for _, place := range []struct{ file, on, off string }{
		{s.cpu("intel_pstate/no_turbo"), "0", "1"},
		{s.cpu("cpufreq/boost"), "1", "0"},
	} {
		switch word(place.file) {
		case place.on:
			return "on", "the clock depends on heat and on how many cores are busy: echo " + place.off + " > " + place.file
		case place.off:
			return "off", ""
		}
	}
	return "", ""
}

// hugePages for every process let the kernel join small pages of the server while it is measured.
func hugePages(s Observation) (reading, advice string) {
	file := filepath.Join(s.sys, "kernel", "mm", "transparent_hugepage", "enabled")
	text, err := os.ReadFile(file) //nolint:gosec // the machine's own
	if err != nil {
		return "", ""
	}
	_, rest, _ := strings.Cut(string(text), "[")
	reading, _, _ = strings.Cut(rest, "]")
	if reading == "always" {
		advice = "resident memory grows by 2 MiB at a time, touched or not: echo madvise > " + file
	}
	return reading, advice
}

// clock is slow where the kernel must be entered to read it. These are the sources that have no short way (kernel,
// drivers/clocksource and arch/x86); every message reads it.
func clock(s Observation) (reading, advice string) {
	reading = word(filepath.Join(s.sys, "devices", "system", "clocksource", "clocksource0", "current_clocksource"))
	if slices.Contains([]string{"hpet", "acpi_pm", "pit", "jiffies", "refined-jiffies"}, reading) {
		advice = "reading it is a system call, and costs server and load 1 µs each time: boot with clocksource=tsc, if the cpu's is reliable"
	}
	return reading, advice
}

// cpu is a file below the CPUs' folder, and each are all that match there.
func (s Observation) cpu(name string) string {
	return filepath.Join(s.sys, "devices", "system", "cpu", name)
}

func (s Observation) each(pattern string) []string {
	files, err := filepath.Glob(s.cpu(pattern))
	if err != nil {
		return nil
	}
	return files
}

// word is the content of a file of one word; empty where there is none.
func word(file string) string {
	text, err := os.ReadFile(file) //nolint:gosec // the machine's own
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}
