package scenario

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pushbench/pushbench/harness/node/program"
	"github.com/pushbench/pushbench/internal/wire"
)

// Publish is how the server comes by its messages. All of its texts but the method and the answer are templates.
type Publish struct {
	wire.Publisher

	Redis     string            `json:"redis"`
	NATS      string            `json:"nats"`
	AMQP      string            `json:"amqp"`
	WebSocket string            `json:"websocket"`
	Headers   map[string]string `json:"headers"`
}

// way is one to publish: a key that says where, and those that only it has.
type way struct {
	key   string
	needs []string // at least one of these
	takes []string // and any of these

	schemes []string // of a broker's URL, the one first that may be left out
	port    string   // of a broker that names none
}

// ways is the table; the package servers/sender has what each does.
func ways() []way {
	return []way{
		{key: wire.ByRequest, takes: []string{"method", "headers", "answer", "concurrency"}},
		{key: wire.ByRedis, needs: []string{"channel", "stream"}, takes: []string{"field"}, schemes: []string{"redis", "rediss"}, port: "6379"},
		{key: wire.ByNATS, needs: []string{"subject"}, schemes: []string{"nats", "tls", "ws", "wss"}, port: "4222"},
		{key: wire.ByAMQP, needs: []string{"exchange", "key"}, schemes: []string{"amqp", "amqps"}, port: "5672"},
		{key: wire.ByWebSocket, takes: []string{"headers", "send"}},
		{key: wire.ByCommand},
	}
}

// wayOf is the one with a key.
func wayOf(key string) way {
	all := ways()
	return all[max(0, slices.IndexFunc(all, func(w way) bool { return w.key == key }))]
}

// broker tells whether what is published to is neither the server nor started with it.
func (w way) broker() bool { return len(w.schemes) > 0 }

// at reads where a broker is: a URL, or HOST:PORT.
func (w way) at(text string) (*url.URL, error) {
	want := fmt.Errorf("want HOST:PORT, or a URL with %s", strings.Join(w.schemes, ", "))
	if !strings.Contains(text, "://") {
		if strings.Contains(text, "@") { // only in a URL is it seen that this is a secret
			return nil, want
		}
		text = w.schemes[0] + "://" + text
	}
	u, err := url.Parse(text)
	if e := (*url.Error)(nil); errors.As(err, &e) {
		return nil, fmt.Errorf("no URL: %w: a user or password is written as {{env \"NAME\" | urlquery}}", e.Err)
	}
	if !slices.Contains(w.schemes, u.Scheme) || u.Hostname() == "" {
		return nil, want
	}
	port := cmp.Or(u.Port(), w.port)
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return nil, fmt.Errorf("%q is no port: want 1 to 65535", port)
	}
	u.Host = net.JoinHostPort(u.Hostname(), port)
	return u, nil
}

// places are the texts that say where, by their ways.
func (p *Publish) places() map[string]*string {
	return map[string]*string{wire.ByRequest: &p.URL, wire.ByRedis: &p.Redis, wire.ByNATS: &p.NATS, wire.ByAMQP: &p.AMQP, wire.ByWebSocket: &p.WebSocket}
}

// way is the one that the file names.
func (p *Publish) way() way {
	for by, text := range p.places() {
		if *text != "" {
			return wayOf(by)
		}
	}
	return wayOf(wire.ByCommand)
}

// Way is the key of the one that the file names.
func (p *Publish) Way() string { return p.way().key }

// Overlaps tells whether requests overlap, so that messages may overtake one another.
func (p *Publish) Overlaps() bool { return p.Concurrency > 1 }

// Names of what is rendered to publish.
const (
	publishURL    = "publish"
	publishText   = "publish."
	publishHeader = publishText + "headers."
)

// texts are those that are rendered, by their keys, but for URLs that may be relative to the server's.
func (p *Publish) texts() map[string]*string {
	all := map[string]*string{
		"channel": &p.Channel, "stream": &p.Stream, "field": &p.Field, "subject": &p.Subject, "exchange": &p.Exchange, "key": &p.Key,
	}
	if w := p.way(); w.broker() {
		all[w.key] = p.places()[w.key]
	}
	for i := range p.Send {
		all[fmt.Sprintf("send.%d", i)] = &p.Send[i]
	}
	for i := range p.Command {
		all[fmt.Sprintf("command.%d", i)] = &p.Command[i]
	}
	return all
}

// render has a program render what publishing needs.
func (p *Publish) render(with *program.Program) {
	if url := cmp.Or(p.URL, p.WebSocket); url != "" {
		with.URLs[publishURL] = url
	}
	for name, text := range p.Headers {
		with.Texts[publishHeader+name] = text
	}
	for key, text := range p.texts() {
		if *text != "" {
			with.Texts[publishText+key] = *text
		}
	}
}

// Publisher is how its messages are published, of a process that was started so. One answer may take as long as patience; 0: any time.
func (e *External) Publisher(f program.Rendered, patience time.Duration) (wire.Publisher, error) {
	p := e.Publish
	p.Send, p.Command = slices.Clone(p.Send), slices.Clone(p.Command)
	for key, text := range p.texts() {
		*text = f.Texts[publishText+key]
	}
	p.Lane, p.By, p.Header, p.Patience = e.Name, p.way().key, http.Header{}, patience
	for name, value := range marked(f, publishHeader) {
		p.Header.Set(name, value)
	}
	to, err := p.at(f)
	if err != nil {
		return p.Publisher, fmt.Errorf("lane %s: publish: %w", e.Name, err)
	}
	p.URL, p.Trust = to, e.Trust
	switch w := p.way(); {
	case w.broker():
		p.Trust.Name = "" // is that of the server
	case p.By == wire.ByCommand:
		p.Folder = e.Here
	}
	return p.Publisher, nil
}

// Broker is what its messages go to; false: it is not there before the server is, or is none.
func (e *External) Broker() (p wire.Publisher, found bool, err error) {
	if !e.Publish.way().broker() {
		return p, false, nil
	}
	vars, f := e.Vars(), program.Rendered{Texts: map[string]string{}}
	defer vars.Release()
	for key, text := range e.Publish.texts() {
		if f.Texts[publishText+key], err = vars.Text(*text); err != nil {
			return p, false, fmt.Errorf("lane %s: publish.%s: %w", e.Name, key, err)
		}
	}
	p, err = e.Publisher(f, 0)
	return p, len(vars.Ports) == 0, err
}

// needs are the programs that publish.
func (p *Publish) needs() []program.Need {
	if len(p.Command) == 0 || strings.ContainsAny(p.Command[0], "/{") { // one that is not looked for on PATH
		return nil
	}
	return []program.Need{{Program: p.Command[0], Get: "install it, or write another publish.command"}}
}

// at is where it is published to; empty: by a program.
func (p *Publish) at(f program.Rendered) (string, error) {
	w := p.way()
	if w.broker() {
		u, err := w.at(*p.places()[w.key])
		if err != nil {
			return "", err
		}
		return u.String(), nil
	}
	u, err := url.Parse(f.URLs[publishURL])
	if err != nil || u.Host == "" {
		return "", err
	}
	u.Scheme = wire.Web(u.Scheme) // the lane's own may be that of a WebSocket
	if w.key == wire.ByWebSocket {
		u.Scheme = strings.Replace(u.Scheme, "http", "ws", 1)
	}
	return u.String(), nil
}
