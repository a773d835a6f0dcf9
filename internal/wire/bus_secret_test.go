package wire

import (
	"strings"
	"testing"
)

// What cannot be joined is named without its secrets, also where the URL is none.
func TestJoiningSaysNoSecret(t *testing.T) {
	for _, url := range []string{"nats://u:secret@127.0.0.1:1", "nats://u:secret/@127.0.0.1:1", "secret@127.0.0.1:1", "nats://u:%zzsecret@127.0.0.1:1"} {
		_, err := JoinBus(url, "secret", "test", func(error) {})
		if err == nil || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "...@127.0.0.1:1") {
			t.Errorf("%s: got %v, want an error that names the server and no secret", url, err)
		}
	}
}
