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

func TestExternalDocuments(t *testing.T) {
	const a = "AAAA{\"b\":1}"
	for _, c := range []struct {
		name     string
		external External
		message  string
		want     []string
	}{
		{"a member", External{JSON: "data.text"}, `{"type":"m","data":{"text":"AAAA{\"b\":1}"}}`, []string{a}},
		{"not ours", External{JSON: "data.text"}, `{"type":"welcome","data":{}}`, nil},
		{"no JSON", External{JSON: "data.text"}, `hello`, nil},
		{"cut short", External{JSON: "data.text"}, `{"data":{"te`, nil},
		{"JSON that is no string", External{JSON: "data"}, `{"data":{"b": 1}}`, []string{`{"b": 1}`}},
		{"each of a list", External{JSON: "*.text"}, `[{"text":"A"},{"no":1},{"text":"B"}]`, []string{"A", "B"}},
		{"a list within", External{JSON: "events.*"}, `{"events":["A","B"]}`, []string{"A", "B"}},
		{"a place", External{JSON: "2.payload"}, `["x","y",{"payload":"A"}]`, []string{"A"}},
		{"names that mean something to others", External{JSON: "a|b.#.@this"}, `{"a|b":{"#":{"@this":"A"}}}`, []string{"A"}},
		{"joined documents", External{JSON: "d", Between: "\n"}, "{\"d\":\"A\"}\n{}\n{\"d\":\"B\"}\n", []string{"A", "B"}},
		{"base64", External{Base64: true}, "QUFBQQ==", []string{"AAAA"}},
		{"base64 of URLs, without padding", External{JSON: "p", Base64: true}, `{"p":"_-8"}`, []string{"\xff\xef"}},
		{"no base64", External{Before: "<", After: ">", Base64: true}, "<?>", []string{""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for p := range c.external.Payloads([]byte(c.message)) {
				got = append(got, string(p))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			for range c.external.Payloads([]byte(c.message)) {
				break
			}
		})
	}
}

// What encoding/json has written is found, whatever the text and the names; and nothing panics.
func FuzzJSONValues(f *testing.F) {
	f.Add("a", "x\"\\\n", "b")
	f.Add("*", "", "0")
	f.Fuzz(func(t *testing.T, name, text, path string) {
		name, text = strings.ToValidUTF8(name, "?"), strings.ToValidUTF8(text, "?")
		document, err := json.Marshal(map[string]any{name: []any{text, 1, text}})
		if err != nil {
			t.Fatal(err)
		}
		JSONValues([]byte(text), path, func([]byte) bool { return true })
		JSONValues(document, path, func([]byte) bool { return true })
		if name == "" || name == "*" || strings.Contains(name, ".") {
			return // no path has such a name
		}
		n := 0
		JSONValues(document, name+".*", func(v []byte) bool {
			if n++; n != 2 && string(v) != text {
				t.Errorf("%q came back as %q", text, v)
			}
			return true
		})
		if n != 3 {
			t.Errorf("%d values of 3 in %s", n, document)
		}
	})
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
