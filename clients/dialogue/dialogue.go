// Package dialogue is the client of a WebSocket server that is not ours and wants to be spoken to: texts behind the upgrade, such as
// those that join a channel, and answers to texts of its own, such as pings.
//
// It stands where the websocket decoder does, which it wraps: fleet -> dialogue -> websocket.
package dialogue

import (
	"strings"
	"time"

	"github.com/pushbench/pushbench/clients/websocket"
	"github.com/pushbench/pushbench/internal/wire"
)

// Decoder reads one connection, and says what the target's dialogue has.
type Decoder struct {
	*websocket.Decoder

	dialogue *wire.Dialogue
	sent     bool // what stands behind the upgrade
}

// New returns a decoder for one connection.
func New() *Decoder { return &Decoder{Decoder: websocket.New()} }

// Open begins a connection and returns the upgrade request to send.
func (d *Decoder) Open(t wire.Target, after uint64) []byte {
	d.dialogue, d.sent = t.Dialogue, false
	return d.Decoder.Open(t, after)
}

// Feed is that of the websocket decoder; what is returned to send has the dialogue in it.
func (d *Decoder) Feed(in []byte, emit func(payload []byte)) (reply []byte, err error) {
	var answers []byte
	reply, err = d.Decoder.Feed(in, func(payload []byte) {
		answers = append(answers, d.answer(payload)...)
		emit(payload)
	})
	if d.Head() && !d.sent {
		d.sent = true
		for _, text := range d.dialogue.Send {
			reply = append(reply, d.Uplink([]byte(text))...)
		}
	}
	return append(reply, answers...), err
}

// Ping is what the client sends at every interval; 0: it sends nothing.
func (d *Decoder) Ping() (sends []byte, every time.Duration) {
	p := d.dialogue.Ping
	if p.Every == 0 || !d.Ready() {
		return nil, p.Every
	}
	return d.Uplink([]byte(p.Send)), p.Every
}

// answer is what is said to a text of the server: that of the longest beginning it has.
func (d *Decoder) answer(payload []byte) []byte {
	best := -1
	for i, a := range d.dialogue.Answer {
		if strings.HasPrefix(string(payload[:min(len(payload), len(a.To))]), a.To) && (best < 0 || len(a.To) > len(d.dialogue.Answer[best].To)) {
			best = i
		}
	}
	if best < 0 || !d.Ready() {
		return nil
	}
	return d.Uplink([]byte(d.dialogue.Answer[best].With))
}
