// Package secret takes secrets out of text that is shown or kept: reports are sent to others, and a terminal is seen by them.
//
// It stands below everything that quotes a command line, a URL, a header or what a server has said.
package secret

import (
	"regexp"
	"slices"
	"strings"
)

// Hidden stands where a secret was.
const Hidden = "..."

// unfilled begins a template that names a secret and does not hold it.
const unfilled = "{{"

// Named tells from the name of a header, a flag, a query parameter or a variable whether its value is a secret.
func Named(name string) bool {
	letters := strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' {
			return c
		}
		return -1
	}, strings.ToLower(name))
	return strings.Contains(letters, "secret") || slices.ContainsFunc(endings(), func(end string) bool { return strings.HasSuffix(letters, end) })
}

// endings are what names of secrets end with.
func endings() []string {
	return []string{
		"token", "password", "passwd", "passphrase", "pwd", "apikey", "accesskey", "privatekey", "jwtkey", "jwt",
		"authorization", "auth", "signature", "credential", "credentials", "cookie", "sessionid",
	}
}

// hider replaces the secrets of one form of text.
type hider struct {
	form   *regexp.Regexp
	groups int // the value is the last group; the first is its name where there are three
}

//nolint:gochecknoglobals // a constant table
var hiders = []hider{
	{regexp.MustCompile(`([a-zA-Z][a-zA-Z0-9+.-]*://)([^/?#\s"'\\]*)@`), 2},                                // user:password@ of a URL, and a token@ too
	{regexp.MustCompile(`[?&;]([^=&;#?\s"']+)(=)([^&;#\s"']+)`), 3},                                        // of a query
	{regexp.MustCompile(`(?:^|\s)--?([a-zA-Z][a-zA-Z0-9-]*)(=|\s+)([^\s-]\S*)`), 3},                        // a flag
	{regexp.MustCompile(`"([a-zA-Z][a-zA-Z0-9_.-]*)"(\s*:\s*)"([^"]+)"`), 3},                               // JSON
	{regexp.MustCompile(`\b([aA]uthorization|[cC]ookie|[a-zA-Z]+(?:-[a-zA-Z]+)+)(:\s*)([^\r\n"',}]+)`), 3}, // a header
	{regexp.MustCompile(`(?i)\b(bearer|basic)( +)([a-z0-9._~+/=-]{8,})`), 2},                               // a credential by itself
}

// Mask is a text without its secrets: what stands before @ in a URL, and the values of query parameters, flags, headers and
// JSON keys whose names say that they are secret. A template that names a secret is none and stays.
func Mask(text string) string {
	for _, h := range hiders {
		text = h.hide(text)
	}
	return text
}

func (h hider) hide(text string) string {
	var b strings.Builder
	done := 0
	for _, at := range h.form.FindAllStringSubmatchIndex(text, -1) {
		last := len(at) - 2
		from, to := at[last], at[last+1]
		if h.groups == 3 && !Named(text[at[2]:at[3]]) || strings.HasPrefix(text[from:to], unfilled) {
			continue
		}
		from += len(text[from:to]) - len(Credential(text[from:to]))
		b.WriteString(text[done:from])
		b.WriteString(Hidden)
		done = to
	}
	return b.String() + text[done:]
}

// Credential is the value of a header without the scheme before it: Bearer and Basic are no secrets.
func Credential(value string) string {
	scheme, rest, found := strings.Cut(value, " ")
	if found && (strings.EqualFold(scheme, "bearer") || strings.EqualFold(scheme, "basic")) {
		return strings.TrimLeft(rest, " ")
	}
	return value
}

// URL is a URL for other eyes: without user, password or token, whatever is wrong with the rest of it.
func URL(url string) string {
	at := strings.LastIndexByte(url, '@')
	if at < 0 {
		return url
	}
	if scheme, _, ok := strings.Cut(url[:at], "://"); ok {
		return scheme + "://" + Hidden + url[at:]
	}
	return Hidden + url[at:]
}

// Args is a command line without its secrets, argument by argument: values of flags whose names say that they are secret, of
// --nats what a URL must not show, and what Mask finds.
func Args(args []string) []string {
	out := make([]string, len(args))
	var hide func(string) string // of the next argument
	for i, arg := range args {
		flag, value, joined := strings.Cut(arg, "=")
		own := ofFlag(flag)
		switch {
		case hide != nil:
			out[i], hide = hide(arg), nil
		case own != nil && joined:
			out[i] = flag + "=" + own(value)
		default:
			out[i], hide = Mask(arg), own
		}
	}
	return out
}

// ofFlag is what may be shown of a flag's value; nil: all.
func ofFlag(flag string) func(value string) string {
	switch {
	case flag == "--nats":
		return URL
	case !strings.HasPrefix(flag, "-") || !Named(flag):
		return nil
	default:
		return func(value string) string {
			if strings.HasPrefix(value, unfilled) {
				return value
			}
			return Hidden
		}
	}
}
