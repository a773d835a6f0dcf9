package trial

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/pushbench/pushbench/harness/node"
	"github.com/pushbench/pushbench/harness/node/machine"
	"github.com/pushbench/pushbench/results"
)

// What is left of the machine's time belongs to others: neither to the server, nor to the load, nor to the coordinator.
func TestOthersAreWhatIsLeft(t *testing.T) {
	reading := func(source, metric string, v float64) node.Reading { return of("server", source, metric, v, true) }
	grown := []node.Reading{
		of("load", "schedstat", "cpu", 2.5, true), of(node.Self, "schedstat", "cpu", 0.5, true),
		reading("machine", "machine_busy", 5), reading("machine", "machine_steal", 0.5), reading("machine", "swapped", 4096),
		reading("machine", "pressure_memory", 0.25), reading("schedstat", "cpu", 1), reading("cgroup", "cpu", 100),
	}
	got := use{agents: 2.5, coordinator: 0.5}.byOthers(grown)
	if want := (machine.Interference{CPU: 1, Steal: 0.5, Swapped: 4096, MemoryPressure: 0.25}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	tr := newTrial(&fakeServer{}, &fakeFleet{})
	tr.interference("idle", 3, use{}, got, 4*time.Second)
	tr.interference("idle", 3, use{}, machine.Interference{CPU: 0.05}, 4*time.Second)
	want := []string{
		"phase idle: other processes used more than 5% of a cpu", "phase idle: the hypervisor took more than 1% of a cpu",
		"phase idle: processes waited for memory more than 1% of the time", "phase idle: memory was swapped",
	}
	if !slices.Equal(results.Texts(tr.warnings), want) {
		t.Errorf("warnings %q", tr.warnings)
	}
	if others := tr.rows.find(results.PhaseIdle, sourceTrial, "other_cpu"); !slices.Equal(others, []float64{1, 0.05}) {
		t.Errorf("rows of other_cpu %v", others)
	}
}

// Where a process ended in the phase, what it had used is not known, and so not what others have used.
func TestOthersAreUnknownWhereAProcessEnded(t *testing.T) {
	tr := newTrial(&fakeServer{}, &fakeFleet{})
	tr.interference("idle", 3, use{}, machine.Interference{CPU: math.NaN(), Steal: 0.5}, 4*time.Second)
	if want := []string{"phase idle: the hypervisor took more than 1% of a cpu"}; !slices.Equal(results.Texts(tr.warnings), want) {
		t.Errorf("warnings %q", tr.warnings)
	}
	if others := tr.rows.find(results.PhaseIdle, sourceTrial, "other_cpu"); len(others) > 0 {
		t.Errorf("rows of other_cpu %v", others)
	}
}

func TestNeighboursAreNamedOnce(t *testing.T) {
	var all neighbours
	all.note(1, machine.Usage{PID: 7, Name: "cc1", Seconds: 0.5}, time.Second)
	all.note(2, machine.Usage{PID: 9, Name: "firefox", Seconds: 0.25}, time.Second)
	all.note(4, machine.Usage{PID: 8, Name: "cc1", Seconds: 1.5}, 2*time.Second)
	want := []string{
		"another process was busy: 8 cc1 used 75 % of a cpu (trials 1, 4)",
		"another process was busy: 9 firefox used 25 % of a cpu (trial 2)",
	}
	if got := results.Texts(all.warnings()); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}
