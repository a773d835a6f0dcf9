package wire

import (
	"strings"
	"testing"
)

func TestForeignPayload(t *testing.T) {
	for _, c := range []struct {
		before, after, message, want string
		ours                         bool
	}{
		{"", "", "AAAA", "AAAA", true},
		{`"data":"`, `"`, `{"pub":{"data":"AAAA","x":"B"}}`, "AAAA", true},
		{`"data":"`, `"`, `{"connect":{}}`, "", false},
		{`"data":"`, `"`, `{"data":"AAAA`, "", false},
		{"<", "", "x<AAAA>", "AAAA>", true},
		{"", ">", "AAAA>", "AAAA", true},
		{"", ">", "AAAA", "", false},
	} {
		f := &Foreign{Before: c.before, After: c.after}
		if got, ours := f.Payload([]byte(c.message)); ours != c.ours || ours && string(got) != c.want {
			t.Errorf("%q in %q and %q: %q, %v", c.message, c.before, c.after, got, ours)
		}
	}
}

func TestPublishTemplate(t *testing.T) {
	body, err := PublishTemplate(`{"a": {{json .Payload}}, "b": "{{.Payload}}"}`)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := body.Execute(&b, Message{Payload: `<"`}); err != nil || b.String() != `{"a": "\u003c\"", "b": "<""}` {
		t.Errorf("%s, %v", b.String(), err)
	}
}
