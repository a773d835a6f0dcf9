package doctor

import (
	"fmt"
	"slices"
	"strings"
)

const specCORS = "https://fetch.spec.whatwg.org/#http-cors-protocol"

// checkCORS asks whether a page of another origin may read the stream. An EventSource asks without a preflight; a page that
// reads a stream with fetch, to send headers, has one before it.
func (e *sseEvidence) checkCORS() []Finding {
	page, h := e.options.PageOrigin, e.main.answer.header
	allowed := h.Get("Access-Control-Allow-Origin")
	if allowed != page && allowed != "*" {
		return fault(fmt.Sprintf("Access-Control-Allow-Origin: %s, asked by a page of %s, whose browser keeps the stream from it", orNone(allowed), page),
			"answer with the page's origin, and Vary: Origin", specCORS)
	}
	if missing := e.preflight.answer.refusal(page, e.custom); missing != "" {
		const fix = "answer OPTIONS with 204, Access-Control-Allow-Origin and Access-Control-Allow-Headers"
		if len(e.custom) > 0 {
			return fault(missing+": a browser does not let a page send "+strings.Join(e.custom, ", "), fix, specCORS)
		}
		return hint(missing+": an EventSource asks without a preflight, a page that sends headers by fetch cannot", fix, specCORS)
	}
	credentials := h.Get("Access-Control-Allow-Credentials")
	if allowed == "*" && credentials == "true" {
		return hint("Access-Control-Allow-Origin: * with Access-Control-Allow-Credentials: true, which browsers refuse to pages that send cookies", "name the origin in place of *", specCORS)
	}
	return ok(fmt.Sprintf("Access-Control-Allow-Origin: %s, Access-Control-Allow-Credentials: %s", allowed, orNone(credentials)))
}

// refusal is what is wrong about the answer to a preflight; empty: nothing.
func (a *answer) refusal(page string, custom []string) string {
	if a == nil {
		return "the preflight (OPTIONS) got no answer"
	}
	origin := a.header.Get("Access-Control-Allow-Origin")
	if a.status < 200 || a.status > 299 {
		return "the preflight (OPTIONS) got " + a.words()
	}
	if origin != page && origin != "*" {
		return "the preflight (OPTIONS) got Access-Control-Allow-Origin: " + orNone(origin)
	}
	headers := strings.ToLower(strings.Join(a.header.Values("Access-Control-Allow-Headers"), ","))
	allowed := strings.FieldsFunc(headers, func(r rune) bool { return r == ',' || r == ' ' })
	for _, name := range custom {
		if !slices.Contains(allowed, name) && (name == "authorization" || !slices.Contains(allowed, "*")) {
			return "the preflight (OPTIONS) got Access-Control-Allow-Headers: " + orNone(headers)
		}
	}
	return ""
}
