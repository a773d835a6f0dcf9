package plain

import (
	"strings"
	"testing"
	"unicode"
)

func TestLine(t *testing.T) {
	for in, want := range map[string]string{
		"plain, µs 5 000 – é ∞ 日本":                  "plain, µs 5 000 – é ∞ 日本",
		"\x1b[31mred\x1b[0m":                        " [31mred [0m",
		"\x1b]0;title\a":                            " ]0;title ",
		"a\r\nb\tc\x00\u009bd":                      "a  b c  d",
		"right\u202eleft\u2066 \u2028 \ufeff\ufffe": "right left      ",
		"broken\xffutf":                             "broken\ufffdutf",
	} {
		if got := Line(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	if got := Lines("a\x1b\nb\r\n"); got != "a \nb \n" {
		t.Errorf("lines: %q", got)
	}
}

func TestMarkdown(t *testing.T) {
	for in, want := range map[string]string{
		"cpu_per_message of 5 % (tcp)": "cpu_per_message of 5 % (tcp)",
		"![x](http://h/p.png)":         `\!\[x\](http://h/p.png)`,
		"[x](javascript:alert(1))":     `\[x\](javascript:alert(1))`,
		"<script>&lt;</script>":        "&lt;script&gt;&amp;lt;&lt;/script&gt;",
		"a|b *c* `d` _e_ ~~f~~ \\|":    "a\\|b \\*c\\* \\`d\\` \\_e\\_ \\~\\~f\\~\\~ \\\\\\|",
		"# no heading\n# nor this":     `\# no heading \# nor this`,
	} {
		if got := Markdown(in); got != want {
			t.Errorf("%q:\n got %s\nwant %s", in, got, want)
		}
	}
	if got := Code("a`b|c\nd\x1b"); got != "`a'b\\|c d `" {
		t.Errorf("code: %s", got)
	}
	if got := Fenced("a\n```\nb\x1b[1m"); got != "a\n'''\nb [1m" {
		t.Errorf("fenced: %s", got)
	}
}

// Whatever comes in, nothing that is not visible goes out, and no markup is left unescaped.
func FuzzPlain(f *testing.F) {
	for _, seed := range []string{"", "a_b", "\x1b]0;x\a", "`|[](<>)&!", "\xff\xfe\u202e"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, out := range []string{Line(s), Markdown(s), Code(s), strings.ReplaceAll(Fenced(s), "\n", "")} {
			if i := strings.IndexFunc(out, func(r rune) bool { return !unicode.IsGraphic(r) }); i >= 0 {
				t.Fatalf("%q: %q at %d", s, out, i)
			}
		}
		escaped := strings.NewReplacer(`\\`, "", `\|`, "", `\[`, "", `\]`, "", `\!`, "", "\\`", "").Replace(Markdown(s))
		if strings.ContainsAny(escaped, "|[]!<>`") {
			t.Fatalf("%q: %q", s, escaped)
		}
		if strings.Count(Code(s), "`") != 2 || strings.Contains(Fenced(s), "```") {
			t.Fatalf("%q: %q %q", s, Code(s), Fenced(s))
		}
	})
}
