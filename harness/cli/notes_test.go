package cli

import (
	"strings"
	"testing"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/servers"
)

// A sentence that quotes what nobody measures would be left out of every report, without a word.
func TestNotesQuoteWhatThereIs(t *testing.T) {
	for _, l := range servers.Lanes() {
		if len(l.Notes) == 0 {
			t.Errorf("%s: no notes", l.Name)
		}
		quoted := 0
		for _, note := range l.Notes {
			sentence, _ := results.FillNote(note, func(r results.Reference) (string, bool) {
				quoted++
				if _, ok := results.MetricByName(r.Metric); !ok {
					t.Errorf("%s quotes the metric %s, which does not exist", l.Name, r.Metric)
				}
				if _, err := servers.LaneByName(r.Of); r.Of != "" && err != nil || r.Of == l.Name {
					t.Errorf("%s quotes %s, which is no other lane", l.Name, r.Of)
				}
				return "1", true
			})
			if strings.ContainsAny(sentence, "{}") {
				t.Errorf("%s: a reference is {{METRIC}} or {{METRIC / LANE}}, not what is left here: %s", l.Name, sentence)
			}
			if !strings.HasSuffix(sentence, ".") {
				t.Errorf("%s: not a sentence: %s", l.Name, sentence)
			}
		}
		if quoted == 0 && len(l.Notes) > 0 {
			t.Errorf("%s: its notes quote no figure", l.Name)
		}
	}
}
