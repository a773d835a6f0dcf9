package scenario

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pushbench/pushbench/internal/strict"
	"github.com/pushbench/pushbench/internal/wire"
)

// Link is a network between clients and everything else. Its time is that of a round trip, because that is what ping shows and people
// quote; netem and toxiproxy ask for the delay of a direction, which is half of it.
type Link struct {
	RTT     time.Duration `json:"rtt" jsonschema_description:"Round trip, half of it in each direction: twice the delay that netem wants; 0, or 100us to 10s. Unit: a duration. Default: 0." jsonschema_extras:"default=0,least=100us,orZero=true"`
	Jitter  time.Duration `json:"jitter" jsonschema_description:"How far a round trip differs at most, up or down; at most rtt. The delay goes from one even chance to the next within twice that time, so that packets keep their order. Unit: a duration. Default: 0." jsonschema_extras:"default=0,least=10us,orZero=true"`
	Loss    Share         `json:"loss" jsonschema_description:"Share of packets that are lost by chance, in each direction. Default: 0%." jsonschema_extras:"default=0%"`
	Reorder Share         `json:"reorder" jsonschema_description:"Share of packets that are not delayed, in each direction, and so overtake those before them, as in netem; needs rtt. Default: 0%." jsonschema_extras:"default=0%"`
	Rate    BitRate       `json:"rate" jsonschema_description:"Of IP packets, in each direction: such as 10Mbit/s, 256kbit/s. Default: unlimited." jsonschema_extras:"default=unlimited"`
	Queue   time.Duration `json:"queue" jsonschema_description:"How long a packet may wait for the rate; one that would wait longer is dropped. 10Mbit/s and 100ms are 125 kB. From 1ms. Unit: a duration. Default: 100ms." jsonschema_extras:"default=100ms,least=1ms"`
}

// BitRate is one of bits a second; 0: any number.
type BitRate float64

// unlimited is the word for any number of bits.
const unlimited = "unlimited"

// UnmarshalJSON reads a rate that the schema has let through.
func (r *BitRate) UnmarshalJSON(b []byte) error {
	var text string
	if err := json.Unmarshal(b, &text); err != nil || text == unlimited {
		return err
	}
	number, factor := strings.TrimSuffix(text, "bit/s"), 1.0
	for prefix, by := range map[string]float64{"k": 1e3, "M": 1e6, "G": 1e9} {
		if rest, ok := strings.CutSuffix(number, prefix); ok {
			number, factor = rest, by
		}
	}
	value, err := strconv.ParseFloat(number, 64)
	*r = BitRate(value * factor)
	return err
}

// Conditions are what the process of the link is told, with the seed of its chance.
func (l Link) Conditions(seed uint64) wire.Link {
	return wire.Link{
		RTT: l.RTT, Jitter: l.Jitter, Loss: float64(l.Loss), Reorder: float64(l.Reorder), Rate: float64(l.Rate), Queue: l.Queue, Seed: seed,
	}
}

// Bounds of a link that a trial can do something with.
const (
	longestRTT = 10 * time.Second
	slowest    = 8e3 // bits a second: a full packet takes 1.5 s
)

// linkOf reads the item of a path that is a link; nil: it is none. Of one that is wrong it returns a link that does nothing.
func (r *reader) linkOf(item *strict.Node, rules *rules) *Link {
	n := item.Field("link")
	if n == nil {
		return nil
	}
	l := &Link{}
	if !n.Value.Intact() {
		return l
	}
	if err := rules.linkRule().Fill(l, n.Value.Value); err != nil {
		r.Report(n.At, "path: link: %v", err)
		return l
	}
	wrong := func(key, format string, args ...any) {
		at := n.At
		if f := n.Value.Field(key); f != nil {
			at = f.Value.Position
		}
		r.Report(at, "path: link.%s: %s", key, fmt.Sprintf(format, args...))
	}
	switch {
	case l.RTT > longestRTT:
		wrong("rtt", "want at most %v, not %v", longestRTT, l.RTT)
	case l.Jitter > l.RTT:
		wrong("jitter", "%v is more than the round trip, %v: no packet arrives before it was sent", l.Jitter, l.RTT)
	}
	if l.Reorder > 0 && l.RTT == 0 {
		wrong("reorder", "a packet overtakes those that are delayed, and none is: set rtt")
	}
	if l.Rate > 0 && l.Rate < slowest {
		wrong("rate", "want 8kbit/s at least")
	}
	return l
}

// linkRule is the rule of a link in a path.
func (r *rules) linkRule() strict.Rule {
	return r.Root.Child("properties").Child("path").Child("items").Child("properties").Child("link")
}
