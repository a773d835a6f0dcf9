package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestExternalPayloads(t *testing.T) {
	for _, c := range []struct {
		name                   string
		before, after, between string
		message                string
		want                   []string
	}{
		{"alone", "", "", "", "AAAA", []string{"AAAA"}},
		{"nothing", "", "", "", "", nil},
		{"in an envelope", `"data":"`, `"`, "", `{"pub":{"data":"AAAA","x":"B"}}`, []string{"AAAA"}},
		{"not ours", `"data":"`, `"`, "", `{"connect":{}}`, nil},
		{"unfinished", `"data":"`, `"`, "", `{"data":"AAAA`, nil},
		{"before", "<", "", "", "x<AAAA>", []string{"AAAA>"}},
		{"after", "", ">", "", "AAAA>", []string{"AAAA"}},
		{"no after", "", ">", "", "AAAA", nil},
		{"joined by lines", "", "", "\n", "AAAA\nBBBB\n\nCCCC\n", []string{"AAAA", "BBBB", "CCCC"}},
		{"joined replies", `"data":"`, `"`, "", `{"data":"AAAA"}` + "\n" + `{"data":"BBBB"}`, []string{"AAAA", "BBBB"}},
		{"joined replies with their separator", `"data":"`, `"`, "\n", `{"data":"AAAA"}` + "\n" + `{"connect":{}}` + "\n" + `{"data":"BBBB"}`, []string{"AAAA", "BBBB"}},
		{"a list", `"`, `"`, "", `["AAAA","BBBB"]`, []string{"AAAA", "BBBB"}},
		{"JSON in JSON", `"data":"`, `"}`, "", `{"data":"AAAA{\"a\":\"b\\\\\",\"c\":\"\u003c\"}"}`, []string{`AAAA{"a":"b\\","c":"<"}`}},
		{"JSON in JSON, twice", `"data":"`, `"`, "", `[{"data":"A\"B"},{"data":"C\\"}]`, []string{`A"B`, `C\`}},
		{"no JSON string", `"data":"`, `"`, "", `{"data":"A\x"}`, []string{`A\x`}},
		{"backslashes without quotes are the payload's", "<", ">", "", `<A\"B>`, []string{`A\"B`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &External{Before: c.before, After: c.after, Between: c.between}
			var got []string
			for p := range f.Payloads([]byte(c.message)) {
				got = append(got, string(p))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			for range f.Payloads([]byte(c.message)) {
				break // asks for no more than it was given
			}
		})
	}
}

// Whatever a JSON string escapes is what was published again.
func FuzzExternalJSON(f *testing.F) {
	f.Add("AAAA{\"a\": \"\\\"}\n")
	f.Fuzz(func(t *testing.T, payload string) {
		payload = strings.ToValidUTF8(payload, "?")
		message, err := json.Marshal(map[string]string{"data": payload})
		if err != nil {
			t.Fatal(err)
		}
		external := &External{Before: `"data":"`, After: `"}`}
		joined := slices.Concat(message, []byte("\n"), message)
		n := 0
		for p := range external.Payloads(joined) {
			if n++; string(p) != payload {
				t.Fatalf("%q came back as %q", payload, p)
			}
		}
		if n != 2 {
			t.Fatalf("%d messages in %q", n, joined)
		}
	})
}

// A JSON string says the same to encoding/json, which knows more of what is wrong: control characters.
func FuzzUnescape(f *testing.F) {
	for _, seed := range []string{`a\"b\\c\/\b\f\n\r\t`, `\u003c\u00e9\ud83d\ude00\ud83dx\ude00\uD83D\u0041`, `\`, `\u12`, `\x`, `\u+123`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var want string
		if json.Unmarshal([]byte(`"`+text+`"`), &want) != nil || strings.ToValidUTF8(text, "") != text {
			unescape([]byte(text)) // does not panic
			return
		}
		if got, ok := unescape([]byte(text)); !ok || string(got) != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	})
}

func TestPublishTemplate(t *testing.T) {
	env := func(name string) (string, error) {
		if name == "TOKEN" {
			return "S", nil
		}
		return "", errors.New("not set")
	}
	body, err := PublishTemplate(`{"a": {{json .Payload}}, "b": "{{.Payload}}", "c": "{{env "TOKEN"}}"}`, env)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := body.Execute(&b, Message{Payload: `<"`}); err != nil || b.String() != `{"a": "\u003c\"", "b": "<"", "c": "S"}` {
		t.Errorf("%s, %v", b.String(), err)
	}
	if body, err = PublishTemplate(`{{env "OTHER"}}`, env); err != nil || body.Execute(&b, Message{}) == nil {
		t.Errorf("a variable that is not set is taken: %v", err)
	}
}

func BenchmarkExternalPayloads(b *testing.B) {
	payload := Content{Payload: PayloadJSON, Size: 512}.Message(Stamp{Seq: 1, Intended: 1})
	escaped, _ := json.Marshal(map[string]string{"data": string(payload)})
	for name, message := range map[string][]byte{"plain": slices.Concat([]byte(`{"data":"`), bytes.ReplaceAll(payload, []byte(`"`), []byte("'")), []byte(`"}`)), "escaped": escaped} {
		b.Run(name, func(b *testing.B) {
			f := &External{Before: `"data":"`, After: `"`}
			for b.Loop() {
				for p := range f.Payloads(message) {
					if len(p) == 0 {
						b.Fatal("empty")
					}
				}
			}
		})
	}
}
