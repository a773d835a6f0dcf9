package doctor

import (
	"bytes"
	"strconv"
	"time"
)

// item is an event or a comment of a stream, and when it came.
type item struct {
	at      time.Duration // since the request was sent
	comment bool
	id      string    // of an event that has one
	own     time.Time // a time of day in the event itself; zero: there is none
}

// parser reads an event stream (WHATWG HTML, section 9.2.6) for what its text shows, where clients/sse reads it for its
// payloads: comments, ids and times are lost there.
type parser struct {
	now func() time.Time // tells times of day from other numbers

	items    []item // the first of them
	events   int
	comments int
	fields   int    // lines that are a field or a comment
	alien    int    // lines that are neither, which browsers ignore
	strange  string // the first of those
	retry    string // the last one's value
	hasRetry bool
	early    []string // ids of the first events
	late     []string // and of the last
	sample   string   // data of the first event
	lines    int      // that are not empty
	line1    string   // the first of them

	line      []byte // the line under way, as much as is kept
	afterCR   bool
	begun     bool // the first line is over
	data      []byte
	hasData   bool
	id        string
	hasID     bool
	wasLine   bool // the line before was a comment ...
	wasLineAt time.Duration
}

// What is kept of a stream, however long it is kept.
const (
	mostItems = 20_000
	mostIDs   = 8
	mostLine  = 64 << 10
	mostData  = 1 << 10 // where a time of day is looked for
)

// feed takes what came at a time.
func (p *parser) feed(b []byte, at time.Duration) {
	for len(b) > 0 {
		if p.afterCR {
			p.afterCR = false
			if b[0] == '\n' {
				b = b[1:]
				continue
			}
		}
		end := bytes.IndexAny(b, "\r\n")
		if end < 0 {
			p.keep(b)
			return
		}
		p.keep(b[:end])
		p.afterCR = b[end] == '\r'
		b = b[end+1:]
		line := p.line
		if !p.begun {
			p.begun = true
			line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
		}
		p.take(line, at)
		p.line = p.line[:0]
	}
}

func (p *parser) keep(b []byte) {
	p.line = append(p.line, b[:min(len(b), mostLine-len(p.line))]...)
}

// take reads one line.
func (p *parser) take(line []byte, at time.Duration) {
	if len(line) == 0 {
		p.dispatch(at)
		p.wasLine = false
		return
	}
	if p.lines++; p.lines == 1 {
		p.line1 = string(line[:min(len(line), mostData)])
	}
	name, value, _ := bytes.Cut(line, []byte(":"))
	value = bytes.TrimPrefix(value, []byte(" "))
	p.fields++
	switch string(name) {
	case "": // several lines of comment that come together are one
		if !p.wasLine || p.wasLineAt != at {
			p.comments++
			p.add(item{at: at, comment: true})
		}
		p.wasLine, p.wasLineAt = true, at
		return
	case "data":
		p.hasData = true
		p.data = append(p.data, value[:min(len(value), mostData-len(p.data))]...)
	case "id":
		if bytes.IndexByte(value, 0) < 0 {
			p.id, p.hasID = string(value), true
		}
	case "retry":
		p.retry, p.hasRetry = string(value), true
	case "event":
	default:
		if p.alien++; p.strange == "" {
			p.strange = string(line[:min(len(line), 80)])
		}
		p.fields--
	}
	p.wasLine = false
}

// dispatch ends an event; one without data is none.
func (p *parser) dispatch(at time.Duration) {
	if p.hasData {
		if p.events++; p.events == 1 {
			p.sample = string(p.data)
		}
		one := item{at: at}
		if p.hasID {
			one.id = p.id
			p.note(p.id)
		}
		one.own, _ = ownTime(one.id+" "+string(p.data), p.now())
		p.add(one)
	}
	p.data, p.hasData, p.id, p.hasID = p.data[:0], false, "", false
}

// note keeps an id.
func (p *parser) note(id string) {
	if len(p.early) < mostIDs {
		p.early = append(p.early, id)
	}
	if len(p.late) == mostIDs {
		p.late = append(p.late[:0], p.late[1:]...)
	}
	p.late = append(p.late, id)
}

func (p *parser) add(one item) {
	if len(p.items) < mostItems {
		p.items = append(p.items, one)
	}
}

// unfinished reports whether the stream would end inside an event here.
func (p *parser) unfinished() bool { return p.hasData || len(p.line) > 0 }

// reconnection is the time the server asks clients to stay away; false: a value that browsers ignore (section 9.2.6: digits).
func (p *parser) reconnection() (time.Duration, bool) {
	ms, err := strconv.ParseUint(p.retry, 10, 53)
	for _, c := range p.retry {
		if c < '0' || c > '9' {
			return 0, false
		}
	}
	if err != nil && p.retry != "" {
		return maxDuration, true
	}
	return min(time.Duration(min(ms, uint64(maxDuration/time.Millisecond)))*time.Millisecond, maxDuration), p.retry != "" //nolint:gosec // bounded
}

const maxDuration = 365 * 24 * time.Hour
