// Package lane is what everybody may know of a lane: the servers that serve it, the scenarios that name it, and the results,
// charts and reports of it.
package lane

import (
	"slices"
	"strings"
)

// Lane is a contestant: a transport, an implementation of it, and options. It stands in the record of a run.
type Lane struct {
	Name      string    `json:"name"`
	Transport string    `json:"transport"`
	Tag       string    `json:"tag"`               // default: as its documentation shows it; idiomatic: as tutorials write it; tuned: as an expert ships it; floor: what the kernel asks for; external
	Path      string    `json:"path,omitempty"`    // of a subscription; empty: the connection is one
	Row       int       `json:"row"`               // place among the lanes of its transport in the table: picks its shade, the same in every run
	About     string    `json:"about,omitempty"`   // one phrase for lists and reports
	Settings  []Setting `json:"settings"`          // its column of the fairness table
	Notes     []string  `json:"notes,omitempty"`   // sentences for reports: what one would not expect of it, with references to figures
	From      string    `json:"from,omitempty"`    // the lane this one is a variation of; empty: of none
	Differs   []string  `json:"differs,omitempty"` // names of the settings in which it differs from that one, and no other

	UDP         bool `json:"udp,omitempty"`         // one UDP socket serves all its connections: the kernel has no socket of each
	TLS         bool `json:"tls,omitempty"`         // subscribers connect with TLS 1.3
	Streams     int  `json:"streams,omitempty"`     // subscriptions that share an HTTP/2 connection; 0: it is not HTTP/2
	Gzip        bool `json:"gzip,omitempty"`        // subscribers offer gzip for the stream, as browsers do
	Sessionless bool `json:"sessionless,omitempty"` // it holds no subscription between the requests of a client: there is nobody to count, and nothing to cut
	Unreliable  bool `json:"unreliable,omitempty"`  // it sends nothing again: where there is too much, messages are lost; sizes may overtake one another

	Of      string   `json:"of,omitempty"`      // the lane this one is once more, with an option
	Control bool     `json:"control,omitempty"` // the option changes nothing: what differs is noise
	Offsets []Offset `json:"offsets,omitempty"` // known differences that the option makes to figures of Of
	Drops   *Drops   `json:"drops,omitempty"`   // the messages it is known to lose
}

// Setting is one that could make a comparison unfair.
type Setting struct {
	Name   string  `json:"name"`
	Value  string  `json:"value"`
	Metric string  `json:"metric,omitempty"` // of the summary, that measures it; empty: none does
	Number float64 `json:"number,omitempty"` // what Metric must be
}

// Offset is the known difference between a figure of the lane and of lane Of.
type Offset struct {
	Metric string  `json:"metric"`
	Adds   float64 `json:"adds"`   // in the metric's unit
	Within float64 `json:"within"` // tolerance
}

// Drops says which messages a lane is known to lose: of every Of connections one misses each message whose number leaves
// Rest when divided by Every.
type Drops struct {
	Every uint64 `json:"every"`
	Rest  uint64 `json:"rest"`
	Of    int    `json:"of"`
}

// Settings that are known by name.
const (
	SettingCompression = "compression"
	SettingEngine      = "engine of the load" // what carries its connections
	SettingReader      = "reader of the load"
	SettingHeartbeat   = "heartbeat" // how often a silent connection carries something
	SettingOption      = "option"    // what options change
)

// OptionOld is the option of a lane that an older build of pushbench serves.
const OptionOld = "old"

// Old reports whether a name is that of a lane with OptionOld, which is then the lane of the returned name: the older build may not
// know the option.
func Old(name string) (of string, old bool) {
	of, options, _ := strings.Cut(name, "+")
	for option := range strings.SplitSeq(options, "+") {
		switch option {
		case OptionOld:
			old = true
		case "":
		default:
			of += "+" + option
		}
	}
	return of, old
}

// What a setting says that there is none of.
const (
	None = "none" // heartbeats
	Off  = "off"  // compression
)

// Setting is the value of a setting; empty: it states none.
func (l Lane) Setting(name string) string {
	if i := slices.IndexFunc(l.Settings, func(s Setting) bool { return s.Name == name }); i >= 0 {
		return l.Settings[i].Value
	}
	return ""
}

// Silent reports whether idle connections of the lane carry nothing.
func (l Lane) Silent() bool { return l.Setting(SettingHeartbeat) == None }
