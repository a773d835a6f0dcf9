package trial

import (
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pushbench/pushbench/harness/node/machine"
	"github.com/pushbench/pushbench/results"
)

// culprits are other processes that were busy during trials. They are looked for before a trial and after it, as a scan of
// all processes is too dear for a phase.
type culprits []culprit

type culprit struct {
	name   string
	most   string // what it used in the trial in which it used most
	share  float64
	trials []string
}

// look scans the processes; the function it returns scans them again and notes the busiest, if it was busy.
func (all *culprits) look() (again func(trial int)) {
	before, err := machine.ReadProcesses("/proc")
	begin := time.Now()
	return func(number int) {
		var after machine.Processes
		if err == nil {
			after, err = machine.ReadProcesses("/proc")
		}
		if err != nil {
			slog.Debug("other processes are not known", "trial", number, "error", err)
			return
		}
		took := time.Since(begin)
		if busy := after.Busiest(before, os.Getpid()); len(busy) > 0 && busy[0].Busy(took) {
			all.note(number, busy[0], took)
		}
	}
}

// note joins processes of one name: a build is many.
func (all *culprits) note(number int, u machine.Usage, took time.Duration) {
	i := slices.IndexFunc(*all, func(c culprit) bool { return c.name == u.Name })
	if i < 0 {
		i = len(*all)
		*all = append(*all, culprit{name: u.Name})
	}
	c := &(*all)[i]
	if share := u.Seconds / took.Seconds(); share > c.share {
		c.share, c.most = share, u.Share(took)
	}
	c.trials = append(c.trials, strconv.Itoa(number))
}

// mostNamed are as many trials as a line names.
const mostNamed = 5

// warnings name them, for the record of the run.
func (all culprits) warnings() (out []results.Warning) {
	for _, c := range all {
		which := "trials " + strings.Join(c.trials, ", ")
		switch n := len(c.trials); {
		case n == 1:
			which = "trial " + c.trials[0]
		case n > mostNamed:
			which = fmt.Sprintf("%d trials", n)
		}
		out = append(out, results.Warning{Code: results.BusyProcess, Args: results.Args{"used": c.most, "which": which}})
	}
	return out
}
