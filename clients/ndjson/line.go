package ndjson

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// message is a line; other members are ignored.
type message struct {
	Seq    *uint64 `json:"seq"`
	Data   *string `json:"data"`
	Base64 []byte  `json:"base64"` // of a payload that is no text
}

// Line is what a line of the stream says, its end left out: the number of a message and its payload, which may be a part of
// the line. One of white space only is a heartbeat; its payload is nil.
func Line(line []byte) (seq uint64, data []byte, err error) {
	if seq, data, ok := plain(line); ok {
		return seq, data, nil
	}
	if len(bytes.Trim(line, " \t\r")) == 0 {
		return 0, nil, nil
	}
	var m message
	if err := json.Unmarshal(line, &m); err != nil {
		return 0, nil, fmt.Errorf("ndjson: line %.80q: %w", line, err)
	}
	switch {
	case m.Seq == nil || (m.Data == nil) == (m.Base64 == nil):
		return 0, nil, fmt.Errorf("ndjson: line %.80q has not seq and one of data and base64", line)
	case m.Base64 != nil:
		return *m.Seq, m.Base64, nil
	}
	return *m.Seq, append([]byte{}, *m.Data...), nil
}

const (
	beforeSeq  = `{"seq":`
	beforeData = `,"data":"`
	afterData  = `"}`

	maxDigits = 19 // any such number fits in 64 bits
)

// plain reads a line that is exactly what our server writes, with a payload whose JSON form is itself: printable ASCII with
// neither quote nor backslash. It returns a part of the line.
func plain(line []byte) (seq uint64, data []byte, ok bool) {
	rest, ok := bytes.CutPrefix(line, []byte(beforeSeq))
	if !ok {
		return 0, nil, false
	}
	n := 0
	for ; n < len(rest) && n <= maxDigits && '0' <= rest[n] && rest[n] <= '9'; n++ {
		seq = seq*10 + uint64(rest[n]-'0')
	}
	if n == 0 || n > maxDigits || rest[0] == '0' && n > 1 {
		return 0, nil, false
	}
	if rest, ok = bytes.CutPrefix(rest[n:], []byte(beforeData)); !ok {
		return 0, nil, false
	}
	if data, ok = bytes.CutSuffix(rest, []byte(afterData)); !ok {
		return 0, nil, false
	}
	for _, c := range data {
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			return 0, nil, false
		}
	}
	return seq, data, true
}
