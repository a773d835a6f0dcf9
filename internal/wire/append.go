package wire

import (
	"encoding/binary"
	"fmt"
	"io"
)

// Control is the address of the control API of a process.
type Control struct {
	URL   string `json:"url"` // base, as Ready has it
	Token string `json:"token"`
}

// Retarget replaces one of a publisher process's servers by a fresh process, which continues its numbers.
type Retarget struct {
	Server int `json:"server"` // index in Publisher.Servers
	Control
}

// AppendProtocol is what a connection of POST /append becomes: messages in the direction of the server, one byte back for each,
// in their order.
const AppendProtocol = "pushbench-append"

// Answers to a message that was sent to append.
const (
	Appended = '+'
	Repeated = '-' // its number was not above the server's newest
)

// Numbered is a message with the number that a publisher process gave it.
type Numbered struct {
	Number uint64
	Binary bool // Data is no text
	Data   []byte
}

// numberedHead is the length of what precedes the data: the number, whether it is binary, and the length.
const numberedHead = 8 + 1 + 4

// Encode returns the message as it is sent.
func (n Numbered) Encode() []byte {
	p := make([]byte, numberedHead, numberedHead+len(n.Data))
	binary.BigEndian.PutUint64(p, n.Number)
	if n.Binary {
		p[8] = 1
	}
	binary.BigEndian.PutUint32(p[9:], uint32(len(n.Data))) //nolint:gosec // at most MaxSize
	return append(p, n.Data...)
}

// ReadNumbered reads the next message; io.EOF between two of them.
func ReadNumbered(r io.Reader) (Numbered, error) {
	var head [numberedHead]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return Numbered{}, err
	}
	size := binary.BigEndian.Uint32(head[9:])
	if head[8] > 1 || size > MaxSize {
		return Numbered{}, fmt.Errorf("append: kind %d with %d bytes, want kind 0 or 1 with at most %d", head[8], size, MaxSize)
	}
	n := Numbered{Number: binary.BigEndian.Uint64(head[:]), Binary: head[8] == 1, Data: make([]byte, size)}
	if _, err := io.ReadFull(r, n.Data); err != nil {
		return Numbered{}, fmt.Errorf("append: message %d is cut off: %w", n.Number, io.ErrUnexpectedEOF)
	}
	return n, nil
}

// Given is what became of the numbers of a broadcast at one server process. Each number is in one of the lists of one of a
// server's processes.
type Given struct {
	Server  int    `json:"server"`  // index in Publisher.Servers
	Process int    `json:"process"` // 0 is the first; each retarget counts one more
	Taken   Ranges `json:"taken"`   // the process has appended them
	Refused Ranges `json:"refused"` // nothing of them was sent, as the process was not there, or it has refused them
	Unknown Ranges `json:"unknown"` // sent, and the connection ended before the answer: the process may have appended them
}

// Range is the numbers from one to another, both included.
type Range struct {
	First   uint64 `json:"first"`
	Through uint64 `json:"through"`
}

// Ranges are numbers in rising order.
type Ranges []Range

// Add adds a number that is above all others.
func (r *Ranges) Add(number uint64) {
	if n := len(*r); n > 0 && (*r)[n-1].Through+1 == number {
		(*r)[n-1].Through = number
		return
	}
	*r = append(*r, Range{number, number})
}

// Has reports whether a number is among them.
func (r Ranges) Has(number uint64) bool {
	for _, one := range r {
		if one.First <= number && number <= one.Through {
			return true
		}
	}
	return false
}

// Count is how many numbers they are.
func (r Ranges) Count() (n uint64) {
	for _, one := range r {
		n += one.Through - one.First + 1
	}
	return n
}
