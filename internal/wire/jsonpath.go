package wire

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/tidwall/gjson"
)

// JSONValues yields what a JSON document has at a path: names of members and places in lists, joined by dots, and * for each element,
// as in data.text, 2.payload or *.text. Of a string that is its text, and of anything else its JSON. Names have no dot. The error-free
// part of a broken document is read. False: yield has had enough.
func JSONValues(document []byte, path string, yield func([]byte) bool) bool {
	return values(gjson.ParseBytes(document), path, yield)
}

func values(at gjson.Result, path string, yield func([]byte) bool) bool {
	head, rest, deeper := strings.Cut(path, ".")
	switch {
	case path == "" && at.Type == gjson.String:
		return yield([]byte(at.Str))
	case path == "":
		return !at.Exists() || yield([]byte(at.Raw))
	case head != "*":
		if !deeper {
			rest = ""
		}
		return values(at.Get(gjson.Escape(head)), rest, yield)
	}
	goOn := true
	if at.IsArray() {
		at.ForEach(func(_, element gjson.Result) bool {
			goOn = values(element, rest, yield)
			return goOn
		})
	}
	return goOn
}

// JSONPath reports what is wrong with a path of JSONValues; nil: nothing.
func JSONPath(path string) error {
	for part := range strings.SplitSeq(path, ".") {
		if part == "" {
			return fmt.Errorf("want names joined by dots, such as data.text, with * for each element of a list, not %q", path)
		}
	}
	return nil
}

// decoded is what base64 of either alphabet says, padded or not; nil: it is none.
func decoded(text []byte) []byte {
	encoding := base64.RawStdEncoding
	if bytes.ContainsAny(text, "-_") {
		encoding = base64.RawURLEncoding
	}
	text = bytes.TrimRight(text, "=")
	out := make([]byte, encoding.DecodedLen(len(text)))
	if _, err := encoding.Decode(out, text); err != nil {
		return nil
	}
	return out
}
