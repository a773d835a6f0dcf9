package wire

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// However many texts are counted, and however often what was counted is joined, no more are kept, and none is forgotten.
func TestTextsAreBounded(t *testing.T) {
	texts := Texts{2, "others"}
	one := map[string]int{}
	for _, text := range []string{"a", "b", "c", "a", "d"} {
		texts.Count(one, text, 1)
	}
	if diff := cmp.Diff(map[string]int{"a": 2, "b": 1, "others": 2}, one); diff != "" {
		t.Error(diff)
	}
	all := map[string]int{"z": 1}
	texts.Add(all, one)
	if diff := cmp.Diff(map[string]int{"z": 1, "a": 2, "others": 3}, all); diff != "" {
		t.Error(diff)
	}
}
