package wire

import (
	"slices"
	"strings"
	"testing"
)

func TestMaskURL(t *testing.T) {
	for url, want := range map[string]string{
		"nats://127.0.0.1:4222":               "nats://127.0.0.1:4222",
		"nats://u:secret@host:4222":           "nats://***@host:4222",
		"nats://secret@host":                  "nats://***@host",
		"nats://u:sec/re@t@host":              "nats://***@host",
		"u:secret@host":                       "***@host",
		"nats://u:secret@a,nats://u:secret@b": "nats://***@b",
		"secret://@":                          "secret://***@",
		"":                                    "",
	} {
		if got := MaskURL(url); got != want {
			t.Errorf("%q: got %q, want %q", url, got, want)
		}
	}
}

func TestMaskArguments(t *testing.T) {
	for line, want := range map[string]string{
		"pb run smoke --out o":                        "pb run smoke --out o",
		"pb run --token S1 --nats nats://u:S2@h x":    "pb run --token *** --nats nats://***@h x",
		"pb run --token=S1=S2 --nats=nats://u:S2@h x": "pb run --token=*** --nats=nats://***@h x",
		"pb run --token --nats":                       "pb run --token ***",
		"pb run x --token":                            "pb run x --token",
	} {
		args := strings.Fields(line)
		if got := strings.Join(MaskArguments(args), " "); got != want {
			t.Errorf("%s: got %s, want %s", line, got, want)
		}
		if !slices.Equal(args, strings.Fields(line)) {
			t.Errorf("%s: the arguments themselves were changed", line)
		}
	}
}

// What cannot be joined is named without its secrets, also where the URL is none.
func TestJoiningSaysNoSecret(t *testing.T) {
	for _, url := range []string{"nats://u:secret@127.0.0.1:1", "nats://u:secret/@127.0.0.1:1", "secret@127.0.0.1:1", "nats://u:%zzsecret@127.0.0.1:1"} {
		_, err := JoinBus(url, "secret", "test", func(error) {})
		if err == nil || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "***@127.0.0.1:1") {
			t.Errorf("%s: got %v, want an error that names the server and no secret", url, err)
		}
	}
}
