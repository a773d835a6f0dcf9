package ndjson

import (
	"bytes"
	"errors"

	"github.com/pushbench/pushbench/internal/wire"
)

// Lines cuts a stream into the messages of its lines.
type Lines struct {
	Limit  wire.Limit // of a line, its end left out
	Strict bool       // a longer one is an error, and not skipped
	Raw    bool       // a line is a message as it stands, and has no number

	skipping bool   // the line under way is over the limit
	Tail     []byte // what input that is gone has left behind: the begin of a line, or of the response head; nil for nothing
}

// Feed takes one piece of the stream and emits the payloads of the lines that are complete, and nil for one that it skips;
// *seq becomes the number of the last. Lines that lie whole in the piece are used where they are; the rest goes through the tail.
func (l *Lines) Feed(p []byte, seq *uint64, emit func(payload []byte)) error {
	for len(p) > 0 {
		end := bytes.IndexByte(p, '\n')
		line, rest := p, p[len(p):]
		if end >= 0 {
			line, rest = p[:end], p[end+1:]
		}
		if !l.skipping && len(l.Tail)+len(line) > l.Limit.Bytes() {
			if l.Strict {
				return errors.New("ndjson: " + wire.OverLimit("a line", l.Limit.Bytes()))
			}
			emit(nil)
			l.Tail, l.skipping = nil, true
		}
		switch {
		case l.skipping:
			l.skipping = end < 0
		case end < 0:
			l.Tail = append(l.Tail, line...)
		default:
			if len(l.Tail) > 0 {
				line = append(l.Tail, line...)
				l.Tail = nil
			}
			n, data, err := l.read(line)
			if err != nil {
				return err
			}
			if data != nil {
				*seq = n
				emit(data)
			}
		}
		p = rest
	}
	return nil
}

// read is what a whole line says.
func (l *Lines) read(line []byte) (seq uint64, data []byte, err error) {
	if !l.Raw {
		return Line(line)
	}
	if data = bytes.TrimSuffix(line, []byte("\r")); len(bytes.TrimSpace(data)) == 0 {
		return 0, nil, nil // a heartbeat
	}
	return 0, data, nil
}

// Skipping reports that the bytes to come are of a line over the limit.
func (l *Lines) Skipping() bool { return l.skipping }

// Holding is how many bytes of memory there are for what is incomplete.
func (l *Lines) Holding() int { return cap(l.Tail) }

// Forget gives them back; the connection has ended.
func (l *Lines) Forget() { l.Tail = nil }
