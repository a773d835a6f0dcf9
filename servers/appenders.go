package servers

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
)

// appenders is the outlet of a publisher process whose servers are ours: it owns the numbers and sends each message to every
// server. A number is used up whatever the servers do with it.
type appenders struct {
	delay time.Duration // of the lane
	all   []*appender
	busy  sync.Mutex
	last  uint64 // number of the newest message
}

// answerPatience bounds how long a server of ours may take a message, where nothing else does. Once a server has taken longer it is
// sent nothing more on that connection, so that it delays the schedule no second time.
const answerPatience = 5 * time.Second

func newAppenders(ctx context.Context, c wire.Publisher) (*appenders, error) {
	a := &appenders{}
	if c.Lane != "" {
		lane, err := LaneByName(c.Lane)
		if err != nil {
			return nil, err
		}
		a.delay = lane.Delay
	}
	patience := c.Patience
	if patience <= 0 {
		patience = answerPatience
	}
	for i, to := range c.Servers {
		one := newAppender(ctx, i, patience)
		a.all = append(a.all, one)
		if err := one.connect(to, 0); err != nil {
			a.close()
			return nil, err
		}
	}
	return a, nil
}

func (a *appenders) close() {
	for _, one := range a.all {
		one.close()
	}
}

// run publishes one broadcast and waits until each message has been answered, or its connection has ended.
func (a *appenders) run(ctx context.Context, b wire.Broadcast) (wire.Published, error) {
	if !a.busy.TryLock() {
		return wire.Published{}, errBusy
	}
	defer a.busy.Unlock()
	done, err := (&publisher{outlet: a, delay: a.delay}).run(ctx, b)
	for _, one := range a.all {
		done.Given = append(done.Given, one.collect()...)
	}
	done.Waits = "" // those of this process are not the servers'
	return done, err
}

func (a *appenders) Last() uint64 { return a.last }

func (a *appenders) Publish(data []byte) uint64 { return a.publish(wire.Numbered{Data: data}) }

func (a *appenders) PublishBinary(data []byte) uint64 {
	return a.publish(wire.Numbered{Data: data, Binary: true})
}

func (a *appenders) publish(m wire.Numbered) uint64 {
	a.last++
	m.Number = a.last
	bytes := m.Encode()
	for _, one := range a.all {
		one.send(m.Number, bytes)
	}
	return m.Number
}

// retarget replaces one of the servers by a fresh process.
func (a *appenders) retarget(w http.ResponseWriter, r *http.Request) {
	var to wire.Retarget
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBroadcastBytes)).Decode(&to); err != nil {
		http.Error(w, "retarget: "+err.Error(), http.StatusBadRequest)
		return
	}
	if to.Server < 0 || to.Server >= len(a.all) {
		http.Error(w, fmt.Sprintf("retarget: server %d is not in [0, %d]", to.Server, len(a.all)-1), http.StatusBadRequest)
		return
	}
	if err := a.all[to.Server].connect(to.Control, 1); err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
