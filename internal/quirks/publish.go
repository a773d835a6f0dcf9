package quirks

import (
	"io"
	"net/http"
	"strings"
)

// publishCases are sound for subscribers, and answer publishers in a way of their own.
func publishCases() []Case {
	sound := stream(plain)
	return []Case{
		{Name: "publish-error", About: "publish answers 200 with an error in its body, and sends nothing", Subscribe: sound, Handed: func(_ *Server, w http.ResponseWriter, _ string) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"error":{"code":102,"message":"unknown channel"}}`)
		}},
		{Name: "publish-endless", About: "publish sends the message and answers with a body without end", Subscribe: sound, Handed: func(s *Server, w http.ResponseWriter, p string) {
			toAll(s, w, p)
			for {
				if _, err := io.WriteString(w, strings.Repeat("x", 64<<10)); err != nil {
					return
				}
			}
		}},
		{Name: "publish-redirect", About: "publish answers 307 to another address", Subscribe: sound, Handed: func(_ *Server, w http.ResponseWriter, _ string) {
			w.Header().Set("Location", "http://127.0.0.2:9/elsewhere")
			w.WriteHeader(http.StatusTemporaryRedirect)
		}},
		{Name: "basic", About: "401 to any request without a user and a password", Subscribe: sound, Request: func(_ *Server, w http.ResponseWriter, r *http.Request) bool {
			if _, _, given := r.BasicAuth(); given {
				return false
			}
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return true
		}},
		{Name: "idle-closed", About: "a connection without a request for 50 ms is closed", Subscribe: sound},
	}
}
