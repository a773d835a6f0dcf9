// Package plain makes text of others harmless. What a server writes, what a lane file states and what somebody else's run says
// ends up on a terminal, in Markdown and in pictures: there it must not move the cursor, begin a line, link, or be markup.
// Such text is cleaned where it comes in, and escaped where it goes out as Markdown.
package plain

import (
	"strings"
	"unicode"
)

// Line is text as one line: whatever is no visible character, no space and no mark is a space.
func Line(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) {
			return r
		}
		return ' '
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// Lines cleans each line of several.
func Lines(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = Line(line)
	}
	return strings.Join(lines, "\n")
}

// Markdown is text for one line of Markdown: it cannot end a cell or a line, and nothing in it is markup.
func Markdown(s string) string {
	var b strings.Builder
	runes := []rune(Line(s))
	for i, r := range runes {
		switch {
		case r == '&':
			b.WriteString("&amp;")
			continue
		case r == '<':
			b.WriteString("&lt;")
			continue
		case r == '>':
			b.WriteString("&gt;")
			continue
		case r == '_' && i > 0 && i < len(runes)-1 && wordy(runes[i-1]) && wordy(runes[i+1]):
			// within a word it is a character like any other
		case strings.ContainsRune("\\`*_[]!|~#", r):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

func wordy(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// Code is text as a span of code in Markdown, in a table as well.
func Code(s string) string {
	return "`" + strings.NewReplacer("`", "'", "|", `\|`).Replace(Line(s)) + "`"
}

// Fenced is text for a block of code in Markdown, which it cannot end.
func Fenced(s string) string {
	return strings.ReplaceAll(Lines(s), "```", "'''")
}
