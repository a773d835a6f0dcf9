package wire

import (
	"net/url"
	"strconv"
	"strings"
)

// Clients is what differs between the clients of a server that is not ours.
type Clients struct {
	Columns []string   `json:"columns,omitempty"`
	Rows    [][]string `json:"rows,omitempty"` // of each client, by its number; empty: only the number differs
}

// clientMark begins and ends the text that stands for a value of a client. All of its characters stay what they are in a URL.
const clientMark = "__pushbench.client."

// ClientMark is the text that stands in a target's path, head and body for the value of a column; without a name, for the number of the
// client.
func ClientMark(column string) string { return clientMark + column + "__" }

// Differs reports whether a text has the value of a client in it.
func Differs(text string) bool { return strings.Contains(text, clientMark) }

// For is the target with the values of a client, which is one of the fleet's schedule; there may be more clients than rows.
func (t Target) For(number uint32) Target {
	if t.Clients == nil {
		return t
	}
	pairs := t.pairs(number)
	path, query, found := strings.Cut(t.Path, "?")
	t.Path = escaped(pairs, url.PathEscape).Replace(path)
	if found {
		t.Path += "?" + escaped(pairs, url.QueryEscape).Replace(query)
	}
	values := strings.NewReplacer(pairs...)
	t.Host, t.Header, t.Body = values.Replace(t.Host), values.Replace(t.Header), values.Replace(t.Body)
	t.Before, t.Dialogue = t.Before.with(values), t.Dialogue.with(values)
	return t
}

// pairs are the marks of a client, each with its value.
func (t Target) pairs(number uint32) []string {
	pairs := []string{ClientMark(""), strconv.FormatUint(uint64(number), 10)}
	if n := len(t.Clients.Rows); n > 0 {
		row := t.Clients.Rows[int(number)%n]
		for i, column := range t.Clients.Columns {
			pairs = append(pairs, ClientMark(column), row[i])
		}
	}
	return pairs
}

// escaped puts values where they must not end the part of a URL that they are in.
func escaped(pairs []string, escape func(string) string) *strings.Replacer {
	out := make([]string, len(pairs))
	for i, text := range pairs {
		if out[i] = text; i%2 == 1 {
			out[i] = escape(text)
		}
	}
	return strings.NewReplacer(out...)
}
