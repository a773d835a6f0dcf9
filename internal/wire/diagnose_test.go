package wire

import (
	"fmt"
	"testing"
)

// wrote is a message of the given number, as a publisher makes it.
func wrote(payload string, seq uint64) string {
	return string(Content{Payload: payload, Size: 128}.Message(Stamp{Seq: seq, Intended: int64(seq) * 1e9}))
}

func TestDiagnose(t *testing.T) {
	escaped := func(seq uint64) string { return fmt.Sprintf("%q", wrote(PayloadJSON, seq)) }
	for _, c := range []struct {
		name     string
		external External
		message  string
		want     string
	}{
		{"right", External{}, wrote(PayloadText, 7), ""},
		{"right, in an envelope", External{Before: `"data":"`, After: `"`}, `{"data":"` + wrote(PayloadText, 7) + `"}`, ""},
		{"right, escaped", External{Before: `"data":"`, After: `"`}, `{"data":` + escaped(7) + `}`, ""},
		{"right, joined", External{Between: "\n"}, wrote(PayloadText, 7) + "\n" + wrote(PayloadText, 8), ""},
		{"joined by lines", External{}, wrote(PayloadText, 7) + "\n" + wrote(PayloadText, 8), `frames hold several messages, joined by "\n": add envelope: {between: "\n"}`},
		{"joined JSON", External{}, wrote(PayloadJSON, 7) + "\r\n" + wrote(PayloadJSON, 8), `frames hold several messages, joined by "\r\n": add envelope: {between: "\r\n"}`},
		{"joined by record separators", External{}, wrote(PayloadRandom, 7) + "\x1e" + wrote(PayloadRandom, 8) + "\x1e", `frames hold several messages, joined by "\x1e": add envelope: {between: "\x1e"}`},
		{"joined replies", External{}, `{"d":"` + wrote(PayloadText, 7) + `"}` + "\n" + `{"d":"` + wrote(PayloadText, 8) + `"}`, `the payload does not come alone: add envelope: {before: "{\"d\":\"", after: "\""}`},
		{"a list of replies", External{}, `[{"d":"` + wrote(PayloadText, 7) + `"},{"d":"` + wrote(PayloadText, 8) + `"}]`, `the payload does not come alone: add envelope: {before: "{\"d\":\"", after: "\""}`},
		{"a list", External{}, `a["` + wrote(PayloadText, 7) + `","` + wrote(PayloadText, 8) + `"]`, `the payload does not come alone: add envelope: {before: "\"", after: "\""}`},
		{"joined replies with numbers", External{}, `{"n":17,"d":"` + wrote(PayloadText, 7) + `"}` + "\n" + `{"n":27,"d":"` + wrote(PayloadText, 8) + `"}`, `the payload does not come alone: add envelope: {before: ",\"d\":\"", after: "\""}`},
		{"joined replies, another envelope", External{Before: `"text":"`, After: `"`}, `{"d":"` + wrote(PayloadText, 7) + `"}` + "\n" + `{"d":"` + wrote(PayloadText, 8) + `"}`, `the envelope does not match: "\"text\":\"" does not occur, and the payload stands behind "{\"d\":\""`},
		{"joined replies, no end named", External{Before: `{"d":"`}, `{"d":"` + wrote(PayloadText, 7) + `"}` + "\n" + `{"d":"` + wrote(PayloadText, 8) + `"}`, `frames hold several messages: add envelope: {before: "{\"d\":\"", after: "\""}`},
		{"parted by quotes", External{}, wrote(PayloadText, 7) + `","` + wrote(PayloadText, 8), "frames hold several messages: let envelope.before and envelope.after be the texts around each"},
		{"the millionth", External{}, "42[" + wrote(PayloadText, 1_000_000), `the payload does not come alone: add envelope: {before: "42["}`},
		{"a JSON string nobody named", External{}, `{"data":` + escaped(7) + `}`, `the payload does not come alone: add envelope: {before: "{\"data\":\"", after: "\""}`},
		{"escaped, and quotes that are not named", External{Before: `"data":"`, After: `}`}, `{"data":` + escaped(7) + `}`, "the payload is inside a JSON string: let envelope.before end and envelope.after begin with its quotes"},
		{"another envelope", External{Before: `"text":"`, After: `"`}, `{"data":"` + wrote(PayloadText, 7) + `"}`, `the envelope does not match: "\"text\":\"" does not occur, and the payload stands behind "{\"data\":\""`},
		{"another place", External{Before: `{`, After: `}`}, `{"data":"` + wrote(PayloadText, 7) + `"}`, `the envelope does not match: the payload stands behind "{\"data\":\"", not behind "{"`},
		{"another end", External{Before: `"data":"`, After: `">`}, `{"data":"` + wrote(PayloadText, 7) + `"}`, `the envelope does not match: "\">" does not follow the payload`},
		{"another path", External{JSON: "text"}, `{"data":"` + wrote(PayloadText, 7) + `"}`, `envelope.json does not match: there is no payload at "text", it stands behind "{\"data\":\""`},
		{"no base64", External{JSON: "data", Base64: true}, `{"data":"` + wrote(PayloadText, 7) + `"}`, "the payload is there as it was published, and no base64 of it: leave envelope.base64 out"},
		{"something before", External{}, "42" + "[" + wrote(PayloadText, 7), `the payload does not come alone: add envelope: {before: "42["}`},
		{"something behind", External{}, wrote(PayloadText, 7) + "\n", `something follows the payload: add envelope: {after: "\n"}`},
		{"a UUID and a date", External{}, "0197c1a0-7b3e-7cc3-98f1-2026-11-29T23:59:59Z", ""},
		{"a welcome", External{}, `{"connect":{"client":"0197c1a07b3e7cc398f1"}}`, ""},
		{"nothing", External{}, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.external.Diagnose([]byte(c.message)); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestDiagnoseStream(t *testing.T) {
	for _, c := range []struct{ body, want string }{
		{`{"text":"x"}` + "\n\n", "lines of bare JSON, without data: before them"},
		{wrote(PayloadText, 1) + "\n\n", "lines without data: before them"},
		{"data: x\n", "an event has begun and not ended: a blank line is missing behind it"},
		{"\ndata: x\n\ndata: y\n", ""},
		{": ping\n\n", ""},
		{"", ""},
	} {
		if got := DiagnoseStream([]byte(c.body)); got != c.want {
			t.Errorf("%q: %s", c.body, got)
		}
	}
}

func FuzzDiagnose(f *testing.F) {
	f.Add([]byte(wrote(PayloadText, 1)+"\n"), "", "", "")
	f.Fuzz(func(_ *testing.T, message []byte, before, after, between string) {
		(&External{Before: before, After: after, Between: between}).Diagnose(message)
		DiagnoseStream(message)
	})
}
