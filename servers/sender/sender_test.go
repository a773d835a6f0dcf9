package sender

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/nats-io/nats.go"
	amqp "github.com/rabbitmq/amqp091-go"
	"github.com/redis/go-redis/v9"

	"github.com/pushbench/pushbench/internal/wire"
)

const messages = 500

// sendAll sends messages as fast as it can, and returns what was answered to the last one.
func sendAll(t *testing.T, s *Sender) string {
	t.Helper()
	all := make([]func() (string, error), messages)
	for i := range all {
		all[i] = s.Send(limited(t), uint64(i+1), fmt.Appendf(nil, "%d", i+1))
	}
	last := ""
	for i, answered := range all {
		answer, err := answered()
		if err != nil {
			t.Fatalf("message %d: %v", i+1, err)
		}
		last = answer
	}
	return last
}

// inOrder wants all messages, each once and in their order, in bodies of a form.
func inOrder(t *testing.T, form string, next func(context.Context) (string, error)) {
	t.Helper()
	for i := range messages {
		got, err := next(limited(t))
		if want := fmt.Sprintf(form, i+1); err != nil || got != want {
			t.Fatalf("message %d is %q, want %q: %v", i+1, got, want, err)
		}
	}
}

func open(t *testing.T, p wire.Publisher) *Sender {
	t.Helper()
	p.Patience = patience
	s, err := Open(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// ends wants the message behind the end of a broker to have its words.
func ends(t *testing.T, s *Sender, want ...string) {
	t.Helper()
	for seq := uint64(1); ; seq++ { // one of them may be on its way already
		_, err := s.Send(limited(t), seq, []byte("x"))()
		if err == nil {
			continue
		}
		if !errors.As(err, new(Ended)) || !slices.ContainsFunc(want, func(w string) bool { return strings.Contains(err.Error(), w) }) || strings.Contains(err.Error(), "\n") {
			t.Errorf("got %v, want one of %q", err, want)
		}
		return
	}
}

// refused wants a way not to open.
func refused(t *testing.T, p wire.Publisher, want string) {
	t.Helper()
	p.Body = "{{.Payload}}"
	if err := Reach(t.Context(), p); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
		t.Errorf("%s: got %v, want %s", p.By, err, want)
	}
}

func TestRedis(t *testing.T) {
	t.Parallel()
	address, stop := startRedis(t)
	client := redis.NewClient(&redis.Options{Addr: address, Password: "p@ss/word"})
	defer client.Close()
	p := wire.Publisher{By: wire.ByRedis, URL: "redis://:p%40ss%2Fword@" + address + "/0", Channel: "updates", Stream: "", Field: "data", Body: `{"a":{{json .Payload}}}`}
	channel := client.Subscribe(limited(t), "updates")
	defer channel.Close()
	if _, err := channel.Receive(limited(t)); err != nil {
		t.Fatal(err)
	}
	s := open(t, p)
	received := make(chan struct{})
	go func() {
		defer close(received)
		inOrder(t, `{"a":"%d"}`, func(ctx context.Context) (string, error) {
			m, err := channel.ReceiveMessage(ctx)
			if err != nil {
				return "", err
			}
			return m.Payload, nil
		})
	}()
	if answer := sendAll(t, s); answer != "the channel has 1 subscribers" {
		t.Errorf("answered %q", answer)
	}
	<-received

	into := p
	into.Channel, into.Stream = "", "entries"
	sendAll(t, open(t, into))
	entries, err := client.XRange(limited(t), "entries", "-", "+").Result()
	if err != nil || len(entries) != messages || entries[messages-1].Values["data"] != `{"a":"500"}` {
		t.Errorf("%d entries, the last %v: %v", len(entries), entries[len(entries)-1:], err)
	}

	wrong := p
	wrong.URL = "redis://" + address
	refused(t, wrong, "redis at "+address+": NOAUTH Authentication required.")
	if err := client.Set(limited(t), "text", "x", 0).Err(); err != nil {
		t.Fatal(err)
	}
	into.Stream = "text"
	ends(t, open(t, into), "redis at "+address+": WRONGTYPE Operation against a key")
	stop()
	ends(t, s, "redis at "+address+": ")
	refused(t, p, "redis at "+address+": dial tcp "+address+": connect: connection refused")
}

func TestNATS(t *testing.T) {
	t.Parallel()
	address, stop := startNATS(t)
	conn, err := nats.Connect("nats://u:p@" + address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	subscription, err := conn.SubscribeSync("updates")
	if err != nil || conn.Flush() != nil {
		t.Fatal(err)
	}
	p := wire.Publisher{By: wire.ByNATS, URL: "nats://u:p@" + address, Subject: "updates", Body: "<{{.Payload}}>"}
	s := open(t, p)
	sendAll(t, s)
	inOrder(t, "<%d>", func(ctx context.Context) (string, error) {
		m, err := subscription.NextMsgWithContext(ctx)
		if err != nil {
			return "", err
		}
		return string(m.Data), nil
	})
	wrong := p
	wrong.URL = "nats://u:wrong@" + address
	refused(t, wrong, "nats at "+address+": nats: Authorization Violation")
	wrong = p
	wrong.Subject = "secret"
	ends(t, open(t, wrong), "nats at "+address+`: nats: permissions violation: Permissions Violation for Publish to "secret"`)
	stop()
	ends(t, s, "nats at "+address+": ")
	refused(t, p, "nats at "+address+": dial tcp "+address+": connect: connection refused")
}

func TestAMQP(t *testing.T) {
	t.Parallel() // the broker takes ten seconds to start
	address, stop := startRabbitMQ(t)
	conn, err := amqp.Dial("amqp://guest:guest@" + address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	channel, err := conn.Channel()
	if err != nil {
		t.Fatal(err)
	}
	queue, err := channel.QueueDeclare("", false, true, true, false, nil)
	err = errors.Join(err, channel.ExchangeDeclare("updates", "topic", false, true, false, false, nil), channel.QueueBind(queue.Name, "a.*", "updates", false, nil))
	if err != nil {
		t.Fatal(err)
	}
	deliveries, err := channel.Consume(queue.Name, "", true, true, false, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	next := func(ctx context.Context) (string, error) {
		select {
		case d := <-deliveries:
			return string(d.Body), nil
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
	p := wire.Publisher{By: wire.ByAMQP, URL: "amqp://guest:guest@" + address, Exchange: "updates", Key: "a.b", Body: "{{.Payload}}"}
	s := open(t, p)
	if answer := sendAll(t, s); answer != "" {
		t.Errorf("answered %q", answer)
	}
	inOrder(t, "%d", next)
	direct := p
	direct.Exchange, direct.Key = "", queue.Name // the default exchange
	sendAll(t, open(t, direct))
	inOrder(t, "%d", next)

	unbound := p
	unbound.Key = "b"
	if answer := sendAll(t, open(t, unbound)); answer != "312 NO_ROUTE: no queue is bound for it" {
		t.Errorf("without a queue: answered %q", answer)
	}
	wrong := p
	wrong.Exchange = "none"
	refused(t, wrong, `amqp at `+address+`: Exception (404) Reason: "NOT_FOUND - no exchange 'none' in vhost '/'"`)
	wrong = p
	wrong.URL = "amqp://guest:wrong@" + address
	refused(t, wrong, "amqp at "+address+": Exception (403)")
	stop()
	ends(t, s, "amqp at "+address+`: Exception (320) Reason: "CONNECTION_FORCED - broker forced connection closure with reason 'shutdown'"`)
	refused(t, p, "amqp at "+address+": dial tcp "+address+": connect: connection refused")
}

func TestWebSocket(t *testing.T) {
	t.Parallel()
	texts, over := make(chan string, messages+1), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer t" || r.Host != "chat.example" {
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		conn, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer conn.Close()
		go func() {
			<-over
			_ = conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseServiceRestart, "we restart"), time.Now().Add(patience))
		}()
		for {
			_, text, err := conn.ReadMessage()
			if err != nil {
				return
			}
			texts <- string(text)
			_ = conn.WriteMessage(websocket.TextMessage, text) // as to all others
		}
	}))
	defer server.Close()
	p := wire.Publisher{
		By: wire.ByWebSocket, URL: strings.Replace(server.URL, "http", "ws", 1) + "/chat", Header: http.Header{"Authorization": {"Bearer t"}, "Host": {"chat.example"}},
		Send: []string{"join"}, Body: "{{.Payload}}",
	}
	s := open(t, p)
	sendAll(t, s)
	if joined := <-texts; joined != "join" {
		t.Errorf("the first text is %q", joined)
	}
	inOrder(t, "%d", func(ctx context.Context) (string, error) {
		select {
		case text := <-texts:
			return text, nil
		case <-ctx.Done():
			return "", ctx.Err()
		}
	})
	close(over)
	<-s.Alive().Done()
	ends(t, s, p.URL+": the server closed the connection with 1012 \"we restart\"")
	wrong := p
	wrong.Header = nil
	refused(t, wrong, p.URL+`: status 401 Unauthorized, want 101: "who are you?"`)
	server.Close()
	refused(t, p, "connect: connection refused")
}

func TestCommand(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := wire.Publisher{By: wire.ByCommand, Command: []string{"sh", "-c", "cat >lines"}, Folder: dir, Body: "<{{.Payload}}>\n"}
	s := open(t, p)
	sendAll(t, s)
	s.Close() // and with it the program, which has written all
	text, err := os.ReadFile(filepath.Join(dir, "lines"))
	if lines := strings.Split(string(text), "\n"); err != nil || len(lines) != messages+1 || lines[0] != "<1>" || lines[messages-1] != "<500>" {
		t.Errorf("%d lines, the first %q: %v", len(lines), lines[0], err)
	}
	p.Command[2] = "read line; echo 'Connection refused by --password=S3CRET' >&2; exit 3"
	ends(t, open(t, p), "command sh: it ended with exit status 3: Connection refused by --password=...")
	p.Command[2] = "exit 0"
	ends(t, open(t, p), "command sh: it ended with exit status 0")
	p.Command, p.Body = []string{"cat"}, "a\n{{.Payload}}"
	ends(t, open(t, p), "has several lines")
	refused(t, wire.Publisher{By: wire.ByCommand, Command: []string{"no-such-program"}}, `command no-such-program: exec: "no-such-program": executable file not found in $PATH`)
}

// A broker that takes messages and says nothing ends the broadcast when patience does.
func TestPatience(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				for in := bufio.NewScanner(c); in.Scan(); {
					switch in.Text() {
					case "hello":
						_, _ = c.Write([]byte("-ERR unknown command\r\n"))
					case "ping":
						_, _ = c.Write([]byte("+PONG\r\n"))
					}
				}
			}()
		}
	}()
	p := wire.Publisher{By: wire.ByRedis, URL: "redis://" + l.Addr().String(), Channel: "x", Body: "{{.Payload}}", Patience: 300 * time.Millisecond}
	s, err := Open(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ends(t, s, "the server did not answer publish of message 1 within 300ms: redis at "+l.Addr().String())
}
