package wire

import "strings"

// hidden stands where a secret stood.
const hidden = "***"

// MaskURL is a URL for other eyes: without user, password or token.
func MaskURL(url string) string {
	at := strings.LastIndexByte(url, '@')
	if at < 0 {
		return url
	}
	if scheme, _, ok := strings.Cut(url[:at], "://"); ok {
		return scheme + "://" + hidden + url[at:]
	}
	return hidden + url[at:]
}

// secretFlags are the flags whose values are secrets or hold some, with what may be shown of them.
func secretFlags() map[string]func(string) string {
	return map[string]func(string) string{
		"--token": func(string) string { return hidden },
		"--nats":  MaskURL,
	}
}

// MaskArguments is a command line for other eyes: records and reports are sent around.
func MaskArguments(args []string) []string {
	masked := make([]string, len(args))
	var mask func(string) string // of the next argument
	for i, arg := range args {
		flag, value, joined := strings.Cut(arg, "=")
		switch own := secretFlags()[flag]; {
		case mask != nil:
			masked[i], mask = mask(arg), nil
		case own != nil && joined:
			masked[i] = flag + "=" + own(value)
		default:
			masked[i], mask = arg, own
		}
	}
	return masked
}
