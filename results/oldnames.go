package results

import (
	"encoding/json"
	"strings"
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

// UnmarshalJSON reads a lane, and the names of older records.
func (l *Lane) UnmarshalJSON(b []byte) error {
	type plain Lane
	old := struct {
		*plain

		Twin   bool      `json:"twin"`
		Knobs  []Setting `json:"knobs"`
		Truths []Offset  `json:"truths"`
	}{plain: (*plain)(l)}
	err := json.Unmarshal(b, &old)
	l.Control, l.Settings = l.Control || old.Twin, append(l.Settings, old.Knobs...)
	l.Offsets = append(l.Offsets, old.Truths...)
	for i, k := range l.Settings {
		if k.Name == SettingReader {
			l.Settings[i].Value = CurrentReader(k.Value)
		}
	}
	return err
}
