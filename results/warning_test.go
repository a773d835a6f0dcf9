package results

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Every code has a row of the table, and every row words that can be made.
func TestEveryCodeHasWords(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "warnings.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if of, ok := spec.Type.(*ast.Ident); ok && of.Name == "Code" {
			code, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			codes = append(codes, code)
		}
		return true
	})
	if len(codes) < 50 {
		t.Fatalf("the file has the codes %q", codes)
	}
	for i, code := range codes {
		w := Warning{Code: Code(code)}
		if w.kind().code != w.Code {
			t.Errorf("%s has no row", code)
		}
		if words := w.What(); words == code {
			t.Errorf("%s has no words", code)
		}
		if slices.Contains(codes[:i], code) {
			t.Errorf("%s is there twice", code)
		}
	}
}

// A warning is the same, in words and in comparisons, when it was written and read again; counts keep their digits.
func TestWarningsSurviveTheirFile(t *testing.T) {
	for _, c := range []struct {
		warning Warning
		want    string
	}{
		{Warning{Code: Swapped, Phase: "idle"}, "phase idle: memory was swapped"},
		{Warning{Code: StolenCPU, Args: Args{"limit": 1.0}}, "the hypervisor took more than 1% of a cpu"},
		{Warning{Code: Lost, Args: Args{"lost": 12345678, "expected": 1 << 40}}, "messages were lost: 12345678 of 1099511627776"},
		{
			Warning{Code: Lost, Args: Args{"lost": 3, "expected": 9, "losers": 2, "least": 1, "most": 2, "connections": 5, "unreached": 1, "away": 3, "all_away": true}},
			"messages were lost: 3 of 9; 2 of 5 connections lost 1 to 2; 1 of them received nothing; all were published while the client had no connection",
		},
		{Warning{Code: "of a later version", Args: Args{"x": 1}}, "of a later version"},
		{Warning{Code: ServerNote, Args: Args{"what": "{{.x}}"}}, "{{.x}}"},
	} {
		b, err := json.Marshal(c.warning)
		if err != nil {
			t.Fatal(err)
		}
		var again Warning
		if err := json.Unmarshal(b, &again); err != nil {
			t.Fatal(err)
		}
		if c.warning.String() != c.want || again.String() != c.want || !again.equal(c.warning) || again.group() != c.warning.group() {
			t.Errorf("%s: %q and, read again, %q; want %q", b, c.warning, again, c.want)
		}
		if all := AddWarning([]Warning{c.warning}, again); len(all) != 1 {
			t.Errorf("%s is another warning when it was read again", b)
		}
	}
}

// Records that are older than codes have texts: they are kept, with their phase apart.
func TestOldWarningsAreRead(t *testing.T) {
	var got []Warning
	if err := json.Unmarshal([]byte(`["phase idle: memory was swapped", "a text: with a colon", "phase without end"]`), &got); err != nil {
		t.Fatal(err)
	}
	if texts := strings.Join(Texts(got), "|"); texts != "phase idle: memory was swapped|a text: with a colon|phase without end" {
		t.Errorf("texts %q", texts)
	}
	if got[0].Phase != "idle" || got[0].Code != Text || got[1].Phase != "" {
		t.Errorf("%+v", got)
	}
	var bad Warning
	if err := json.Unmarshal([]byte(`7`), &bad); err == nil {
		t.Error("a number is read as a warning")
	}
}

// A warning touches the metrics of its row: of a harmless one, and of a server that was told to end, there are none.
func TestWarningsTouchMetrics(t *testing.T) {
	for _, c := range []struct {
		warning Warning
		metric  string
		want    bool
	}{
		{Warning{Code: StolenCPU, Phase: "ramp"}, "cpu_per_message", true},
		{Warning{Code: ConnectsLate, Phase: "ramp"}, "handshake_time_p99", true},
		{Warning{Code: ConnectsLate, Phase: "ramp"}, "cpu_per_message", false},
		{Warning{Code: Replayed, Phase: "steady"}, "cpu_per_message", false},
		{Warning{Code: Cut, Phase: PhaseDrain}, "cpu_per_message", false},
	} {
		if c.warning.touches(c.metric) != c.want {
			t.Errorf("%v touches %s: %v", c.warning, c.metric, !c.want)
		}
	}
}
