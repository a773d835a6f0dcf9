package secret

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// Span is the place of a secret in a text: text[From:To].
type Span struct{ From, To int }

// form is how a secret is written in text. The value is the last group; the first is its name where there are three.
type form struct {
	written *regexp.Regexp
	named   func(name string) bool // nil: any text there is a secret
}

// quotable is a value that may be in quotes, with them.
const quotable = `("[^"\n]+"|'[^'\n]+'|`

//nolint:gochecknoglobals // a constant table
var forms = []form{
	{regexp.MustCompile(`(://)([^/?#\s"'\\]*)@`), nil},                                                         // user:password@ of a URL, and a token@ too
	{regexp.MustCompile(`^([^\s:]*://)([^/?#\s]*)@`), nil},                                                     // of a text that is one, whatever is in it
	{regexp.MustCompile(`[?&;]([^=&;#?\s"']+)(=)([^&;#\s"']+)`), Parameter},                                    // of a query
	{regexp.MustCompile(`(?:^|[\s;|("'=])([a-zA-Z_][a-zA-Z0-9_.-]*)(=)` + quotable + `[^\s;|&"']+)`), Named},   // a variable, and the first of a form
	{regexp.MustCompile(`(?:^|\s)--?([a-zA-Z][a-zA-Z0-9-]*)(=|\s+)([^\s-]\S*)`), Named},                        // a flag
	{regexp.MustCompile(`"([a-zA-Z][a-zA-Z0-9_.-]*)"(\s*:\s*)"([^"]+)"`), Named},                               // JSON
	{regexp.MustCompile(`\b([aA]uthorization|[cC]ookie|[a-zA-Z]+(?:-[a-zA-Z]+)+)(:\s*)([^\r\n"',}]+)`), Named}, // a header
	{regexp.MustCompile(`(?i)\b(bearer|basic)( +)([a-z0-9._~+/=-]{8,})`), nil},                                 // a credential by itself
}

// setting is a line of a configuration: NAME: VALUE, NAME = VALUE, or NAME VALUE.
//
//nolint:gochecknoglobals // a constant
var setting = form{
	regexp.MustCompile(`(?m)^[ \t]*(?:-[ \t]+)?(?:(?:export|set|const|let|var)[ \t]+)?["']?([a-zA-Z_][a-zA-Z0-9_.-]*)["']?([ \t]*:?=[ \t]*|:[ \t]+|[ \t]+)` + quotable + `[^\s"',;#]+)`), Named,
}

// switches are values of settings that are no secrets, whatever the setting is called.
func switches() []string {
	return []string{"on", "off", "true", "false", "yes", "no", "none", "null", "nil", "optional", "required"}
}

// Find returns the secrets in a text, in order: what stands before @ in a URL, and the values of query parameters, variables,
// flags, headers and JSON keys with names of secrets. A template that names a secret is none.
func Find(text string) []Span {
	var all []Span
	for _, f := range forms {
		all = append(all, f.find(text)...)
	}
	return inOrder(all)
}

// FindSettings returns those in the text of a configuration file, whose lines have names and values besides.
func FindSettings(text string) []Span {
	all := Find(text)
	for _, s := range setting.find(text) {
		value := text[s.From:s.To]
		if !strings.ContainsAny(value[:1], "$<{[|>&*") && !strings.Contains(value, "(") && !slices.Contains(switches(), strings.ToLower(value)) {
			all = append(all, s)
		}
	}
	return inOrder(all)
}

// FindValue returns those in the value of a header or variable.
func FindValue(name, value string) []Span {
	if Named(name) {
		return whole(value, Span{len(value) - len(Credential(value)), len(value)})
	}
	return Find(value)
}

// FindArgs returns those in a command line, for each argument: values of flags and variables whose names say that they are
// secret, of --nats what a URL must not show, and what Find finds.
func FindArgs(args []string) [][]Span {
	all := make([][]Span, len(args))
	var next func(value string) []Span // for the next argument
	for i, arg := range args {
		name, value, joined := strings.Cut(arg, "=")
		own := ofName(name)
		switch {
		case next != nil:
			all[i], next = next(arg), nil
		case own != nil && joined:
			for _, s := range own(value) {
				behind := len(name) + len("=")
				all[i] = append(all[i], Span{s.From + behind, s.To + behind})
			}
		default:
			all[i] = Find(arg)
			if strings.HasPrefix(name, "-") {
				next = own
			}
		}
	}
	return all
}

// word is the name of a flag or a variable, and no part of a URL.
var word = regexp.MustCompile(`^-{0,2}[a-zA-Z_][a-zA-Z0-9_.-]*$`)

// ofName finds the secret in the value of a flag or variable; nil: it has no other than any text.
func ofName(name string) func(value string) []Span {
	switch {
	case name == "--nats":
		return func(value string) []Span { return whole(value, beforeHost(value)) }
	case word.MatchString(name) && Named(name):
		return func(value string) []Span { return FindValue(name, value) }
	default:
		return nil
	}
}

// whole is one secret, unless it is empty or a template.
func whole(text string, s Span) []Span {
	if s.From == s.To || strings.HasPrefix(text[s.From:s.To], unfilled) {
		return nil
	}
	return []Span{s}
}

// find returns the values that are secret, without quotes and without the scheme before a credential.
func (f form) find(text string) (all []Span) {
	for _, at := range f.written.FindAllStringSubmatchIndex(text, -1) {
		last := len(at) - 2
		s := Span{at[last], at[last+1]}
		if f.named != nil && !f.named(text[at[2]:at[3]]) {
			continue
		}
		if quote := text[s.From:min(s.From+1, s.To)]; s.To-s.From > 1 && (quote == `"` || quote == "'") && strings.HasSuffix(text[s.From:s.To], quote) {
			s = Span{s.From + 1, s.To - 1}
		}
		all = append(all, whole(text, Span{s.To - len(Credential(text[s.From:s.To])), s.To})...)
	}
	return all
}

// inOrder sorts secrets, and makes one of those that overlap.
func inOrder(all []Span) (out []Span) {
	slices.SortFunc(all, func(a, b Span) int { return cmp.Or(a.From-b.From, a.To-b.To) })
	for _, s := range all {
		if n := len(out); n > 0 && s.From < out[n-1].To {
			out[n-1].To = max(out[n-1].To, s.To)
			continue
		}
		out = append(out, s)
	}
	return out
}

// Cover is a text with Hidden in place of secrets.
func Cover(text string, secrets []Span) string {
	var b strings.Builder
	done := 0
	for _, s := range secrets {
		b.WriteString(text[done:s.From])
		b.WriteString(Hidden)
		done = s.To
	}
	return b.String() + text[done:]
}
