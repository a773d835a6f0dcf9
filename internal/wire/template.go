package wire

import (
	"encoding/json"
	"fmt"
	"os"
	"text/template"
)

// Message is what the body of a request that publishes is made of.
type Message struct{ Payload string }

// PublishTemplate reads the body of such requests: {{.Payload}}, or {{json .Payload}} for a JSON string; {{env "NAME"}} is what
// env knows of a name.
func PublishTemplate(body string, env func(name string) (string, error)) (*template.Template, error) {
	return template.New("").Funcs(template.FuncMap{"env": env, "json": func(text string) (string, error) {
		b, err := json.Marshal(text)
		return string(b), err
	}}).Parse(body)
}

// Environment is a variable of the environment, for templates; one that is not set is an error.
func Environment(name string) (string, error) {
	value, ok := os.LookupEnv(name)
	if !ok {
		return "", fmt.Errorf("the environment has no variable %s", name)
	}
	return value, nil
}
