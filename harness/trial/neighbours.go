package trial

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pushbench/pushbench/harness/node"
	"github.com/pushbench/pushbench/harness/node/machine"
	"github.com/pushbench/pushbench/results"
)

// neighbours are other processes that were busy during trials. They are looked for before a trial and after it, as a scan of
// all processes is too expensive for a phase.
type neighbours []neighbour

type neighbour struct {
	name   string
	most   string // its use in the trial in which it used most
	share  float64
	trials []string
}

// look asks the node for its neighbours; the function it returns asks again and notes the busiest, if there was one.
func (all *neighbours) look(ctx context.Context, on node.Node) (again func(trial int)) {
	_, err := on.Neighbours(ctx)
	return func(number int) {
		var n node.Neighbours
		if err == nil {
			n, err = on.Neighbours(context.WithoutCancel(ctx))
		}
		if err != nil {
			slog.Debug("other processes are not known", "trial", number, "error", err)
			return
		}
		if len(n.Busy) > 0 {
			all.note(number, n.Busy[0], n.Took)
		}
	}
}

// note joins processes of one name: a build is many.
func (all *neighbours) note(number int, u machine.Usage, took time.Duration) {
	i := slices.IndexFunc(*all, func(c neighbour) bool { return c.name == u.Name })
	if i < 0 {
		i = len(*all)
		*all = append(*all, neighbour{name: u.Name})
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
func (all neighbours) warnings() (out []results.Warning) {
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
