package results

import (
	"encoding/json"
	"strings"

	"github.com/pushbench/pushbench/internal/lane"
)

// currentName is the name of a metric that older files have under another.
func currentName(metric string) string {
	if of, ok := strings.CutPrefix(metric, "conductor_"); ok {
		metric = "coordinator_" + of
	}
	for _, name := range []struct{ old, now string }{ // or how it ends
		{"silent", "blackholed"},
		{"_unforced", "_before_gc"},
	} {
		if begins, ends := strings.CutSuffix(metric, name.old); ends {
			return begins + name.now
		}
	}
	return metric
}

// CurrentReader is the name of a reader of the load that older records and scenarios have under another.
func CurrentReader(old string) string {
	names := map[string]string{"awake": "busy-poll", "greedy": "eager", "coalesced": "batched"}
	readers := strings.Split(old, " / ") // of a run that varies it
	for i, name := range readers {
		if now, ok := names[name]; ok {
			readers[i] = now
		}
	}
	return strings.Join(readers, " / ")
}

// UnmarshalJSON reads a run, and the names of older records.
func (r *Run) UnmarshalJSON(b []byte) error {
	type plain Run
	var old struct {
		Payloads map[string]Traffic `json:"payloads"`
		Lanes    []struct {
			Knobs   []Setting `json:"knobs"`
			Control bool      `json:"twin"`
			Offsets []Offset  `json:"truths"`
		} `json:"lanes"`
	}
	err := json.Unmarshal(b, (*plain)(r))
	if err == nil {
		err = json.Unmarshal(b, &old)
	}
	if err != nil {
		return err
	}
	if r.Reader = CurrentReader(r.Reader); r.Traffic == nil {
		r.Traffic = old.Payloads
	}
	for i, was := range old.Lanes {
		l := &r.Lanes[i]
		l.Control, l.Settings, l.Offsets = l.Control || was.Control, append(l.Settings, was.Knobs...), append(l.Offsets, was.Offsets...)
		for j, s := range l.Settings {
			if s.Name == lane.SettingReader {
				l.Settings[j].Value = CurrentReader(s.Value)
			}
		}
	}
	return nil
}
