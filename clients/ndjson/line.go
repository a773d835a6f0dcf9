package ndjson

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// message is a line; other members are ignored.
type message struct {
	Seq  *uint64 `json:"seq"`
	Data *string `json:"data"`
}

// parse emits the payload of a line. One of white space only is a heartbeat.
func parse(line []byte, emit func(payload []byte)) error {
	if data, ok := plain(line); ok {
		emit(data)
		return nil
	}
	if len(bytes.Trim(line, " \t\r")) == 0 {
		return nil
	}
	var m message
	if err := json.Unmarshal(line, &m); err != nil {
		return fmt.Errorf("ndjson: line %.80q: %w", line, err)
	}
	if m.Seq == nil || m.Data == nil {
		return fmt.Errorf("ndjson: line %.80q has not both seq and data", line)
	}
	emit([]byte(*m.Data))
	return nil
}

const (
	beforeSeq  = `{"seq":`
	beforeData = `,"data":"`
	afterData  = `"}`

	maxDigits = 19 // any such number fits in 64 bits
)

// plain reads a line that is exactly what our server writes, with a payload whose JSON form is itself: printable ASCII with
// neither quote nor backslash. It returns a part of the line.
func plain(line []byte) (data []byte, ok bool) {
	rest, ok := bytes.CutPrefix(line, []byte(beforeSeq))
	if !ok {
		return nil, false
	}
	n := 0
	for n < len(rest) && '0' <= rest[n] && rest[n] <= '9' {
		n++
	}
	if n == 0 || n > maxDigits || rest[0] == '0' && n > 1 {
		return nil, false
	}
	if rest, ok = bytes.CutPrefix(rest[n:], []byte(beforeData)); !ok {
		return nil, false
	}
	if data, ok = bytes.CutSuffix(rest, []byte(afterData)); !ok {
		return nil, false
	}
	for _, c := range data {
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			return nil, false
		}
	}
	return data, true
}
