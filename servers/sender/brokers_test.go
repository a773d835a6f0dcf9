package sender

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	natsserver "github.com/nats-io/nats-server/v2/server"

	"github.com/pushbench/pushbench/internal/ports"
)

// patience bounds every wait of these tests.
const patience = 2 * time.Minute

// freePort is one that nobody is given who does not ask for it.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := ports.Listen("127.0.0.1", func(address string) (net.Listener, error) { return net.Listen("tcp", address) })
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// output is what a program writes, and tells when that contains a text.
type output struct {
	mu    sync.Mutex
	text  bytes.Buffer
	until []byte
	seen  chan struct{}
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	before := bytes.Contains(o.text.Bytes(), o.until)
	o.text.Write(b)
	if !before && bytes.Contains(o.text.Bytes(), o.until) {
		close(o.seen)
	}
	return len(b), nil
}

// run starts a program, waits until it writes a text, and ends it with the test or by the func.
func run(t *testing.T, cmd *exec.Cmd, until, packaged string) (stop func()) {
	t.Helper()
	if _, err := exec.LookPath(cmd.Path); err != nil {
		t.Fatalf("not there: %s, which make test installs: apt-get install %s", cmd.Path, packaged)
	}
	out := &output{until: []byte(until), seen: make(chan struct{})}
	cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = out, out, &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	stop = sync.OnceFunc(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(patience):
			t.Errorf("%s does not end", cmd.Path)
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		}
	})
	t.Cleanup(stop)
	select {
	case <-out.seen:
	case <-ended:
		t.Fatalf("%s ended: %s", cmd.Path, out.text.String())
	case <-time.After(patience):
		t.Fatalf("%s is not ready: %s", cmd.Path, out.text.String())
	}
	return stop
}

// startRedis runs redis-server with a password.
func startRedis(t *testing.T, args ...string) (address string, stop func()) {
	t.Helper()
	port := strconv.Itoa(freePort(t))
	cmd := exec.Command("redis-server", append([]string{"--port", port, "--bind", "127.0.0.1", "--save", "", "--requirepass", "p@ss/word"}, args...)...)
	cmd.Dir = t.TempDir()
	return "127.0.0.1:" + port, run(t, cmd, "Ready to accept connections", "redis-server")
}

// startRabbitMQ runs rabbitmq-server, with all its files in a folder, and its port mapper.
func startRabbitMQ(t *testing.T) (address string, stop func()) {
	t.Helper()
	dir, port, mapper := t.TempDir(), freePort(t), strconv.Itoa(freePort(t))
	cmd := exec.Command("/usr/lib/rabbitmq/bin/rabbitmq-server")
	cmd.Env = append(os.Environ(),
		"HOME="+dir, "RABBITMQ_MNESIA_BASE="+filepath.Join(dir, "data"), "RABBITMQ_LOG_BASE="+dir, "RABBITMQ_LOGS=-", "RABBITMQ_CONF_ENV_FILE=/dev/null",
		"RABBITMQ_ENABLED_PLUGINS_FILE="+filepath.Join(dir, "none"), "RABBITMQ_NODENAME="+fmt.Sprintf("test%d@localhost", port), "RABBITMQ_NODE_IP_ADDRESS=127.0.0.1",
		"RABBITMQ_NODE_PORT="+strconv.Itoa(port), "RABBITMQ_DIST_PORT="+strconv.Itoa(freePort(t)), "ERL_EPMD_PORT="+mapper, "ERL_EPMD_ADDRESS=127.0.0.1",
	)
	t.Cleanup(func() { // runs behind the end of the broker: only then may the mapper end
		kill := exec.Command("epmd", "-port", mapper, "-kill")
		kill.Env = cmd.Env
		if out, err := kill.CombinedOutput(); err != nil {
			t.Errorf("epmd: %v: %s", err, out)
		}
	})
	return "127.0.0.1:" + strconv.Itoa(port), run(t, cmd, "Server startup complete", "rabbitmq-server")
}

// startNATS runs a NATS server inside the test. Its user may publish to the subject updates alone.
func startNATS(t *testing.T) (address string, stop func()) {
	t.Helper()
	user := &natsserver.User{Username: "u", Password: "p", Permissions: &natsserver.Permissions{Publish: &natsserver.SubjectPermission{Allow: []string{"updates"}}}}
	s, err := natsserver.NewServer(&natsserver.Options{Host: "127.0.0.1", Port: natsserver.RANDOM_PORT, Users: []*natsserver.User{user}, NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	stop = sync.OnceFunc(func() { s.Shutdown(); s.WaitForShutdown() })
	t.Cleanup(stop)
	if !s.ReadyForConnections(patience) {
		t.Fatal("nats did not start")
	}
	return s.Addr().String(), stop
}

// limited bounds a test.
func limited(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}
