// Package secret takes secrets out of text that is shown or kept: reports are sent to others, and a terminal is seen by them.
//
// It is below everything that quotes a command line, a URL, a header or what a server has said.
package secret

import (
	"regexp"
	"slices"
	"strings"
)

// Hidden replaces a secret.
const Hidden = "..."

// unfilled begins a template that names a secret and does not hold it.
const unfilled = "{{"

// Named tells from the name of a header, a flag, a setting or a variable whether its value is a secret.
func Named(name string) bool {
	letters := lettersOf(name)
	return strings.Contains(letters, "secret") || pass.MatchString(name) && !slices.Contains(handsOn(), letters) ||
		slices.ContainsFunc(endings(), func(end string) bool { return strings.HasSuffix(letters, end) })
}

// Parameter tells it from the name of a query parameter: in a URL a key or a sig (of a shared access signature) is nothing else.
func Parameter(name string) bool {
	letters := lettersOf(name)
	return letters == "key" || letters == "sig" || Named(name)
}

func lettersOf(name string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' {
			return c
		}
		return -1
	}, strings.ToLower(name))
}

// endings are what names of secrets end with.
func endings() []string {
	return []string{
		"token", "password", "passwd", "passphrase", "pwd", "requirepass", "dbpass", "userpass", "apikey", "accesskey", "authkey", "privatekey",
		"subscriptionkey", "functionskey", "signingkey", "masterkey", "encryptionkey", "jwtkey", "jwt",
		"authorization", "auth", "signature", "credential", "credentials", "cookie", "sessionid",
	}
}

// pass is a word by itself: a bypass is no secret.
var pass = regexp.MustCompile(`((^|[^a-zA-Z])(?i:pass)|[a-z]Pass)[^a-zA-Z]*$`)

// handsOn are settings of web servers that name where requests are passed to.
func handsOn() []string {
	return []string{"proxypass", "fastcgipass", "uwsgipass", "scgipass", "grpcpass", "memcachedpass"}
}

// Mask is a text without the secrets that Find finds.
func Mask(text string) string { return Cover(text, Find(text)) }

// Args is a command line without its secrets, argument by argument.
func Args(args []string) []string {
	out := make([]string, len(args))
	for i, secrets := range FindArgs(args) {
		out[i] = Cover(args[i], secrets)
	}
	return out
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
	if !strings.Contains(url, "@") {
		return url
	}
	s := beforeHost(url)
	return url[:s.From] + Hidden + url[s.To:]
}

// beforeHost is what stands before the last @ of a URL, behind its scheme; nothing where there is none.
func beforeHost(url string) Span {
	at := strings.LastIndexByte(url, '@')
	if at < 0 {
		return Span{}
	}
	from := 0
	if scheme := strings.Index(url[:at], "://"); scheme >= 0 {
		from = scheme + len("://")
	}
	return Span{from, at}
}
