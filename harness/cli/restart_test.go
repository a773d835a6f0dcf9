package cli

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pushbench/pushbench/clients"
	"github.com/pushbench/pushbench/harness/conform"
	"github.com/pushbench/pushbench/harness/control"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/servers"
)

// child is a process of this binary with a ready line.
type child struct {
	wire.Ready
	cmd *exec.Cmd
}

// startBinary starts one; settings go to its stdin, which stays open until the test ends.
func startBinary(t *testing.T, settings any, args ...string) *child {
	t.Helper()
	c := &child{cmd: exec.Command(os.Args[0], args...)}
	c.cmd.Stderr = os.Stderr
	stdin, err := c.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.kill)
	if settings != nil {
		if err := json.NewEncoder(stdin).Encode(settings); err != nil {
			t.Fatal(err)
		}
	}
	if err := json.NewDecoder(stdout).Decode(&c.Ready); err != nil {
		t.Fatal(err)
	}
	return c
}

// kill ends the process at once, and returns when it is gone.
func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
}

func (c *child) api() *control.Client {
	direct := &control.Direct{URL: c.Control, Token: c.Token}
	return &control.Client{Over: direct.Do}
}

func (c *child) at() wire.Control { return wire.Control{URL: c.Control, Token: c.Token} }

// startSeparate starts a server that gets its messages from a publisher process.
func startSeparate(t *testing.T, lane, listen string) *child {
	t.Helper()
	return startBinary(t, nil, "serve", "--child", "--lane", lane, "--publisher", "separate", "--listen", listen)
}

// subscribeTo opens a subscription to a server process.
func subscribeTo(t *testing.T, ctx context.Context, c *child, after uint64) *conform.Subscriber {
	t.Helper()
	client, err := clients.ClientOf(c.Target)
	if err != nil {
		t.Fatal(err)
	}
	if client.Dialer != nil {
		t.Cleanup(client.Dialer.Close)
	}
	s, err := conform.Subscribe(ctx, client, c.Target, after)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// onePerTransport are the first lane of each transport that loses nothing.
func onePerTransport() (lanes []string) {
	seen := map[string]bool{}
	for _, l := range servers.Lanes() {
		if !l.Unreliable && !seen[l.Transport] {
			seen[l.Transport] = true
			lanes = append(lanes, l.Name)
		}
	}
	return lanes
}

// A server is killed in the middle of a broadcast, a fresh process takes its address, and the numbers go on. Each number is in one
// list of one process, and a subscriber that resumes has got exactly those that the lists say.
func TestContractResumeAcrossARestart(t *testing.T) {
	for _, lane := range onePerTransport() {
		t.Run(lane, func(t *testing.T) { resumeAcrossARestart(t, lane) })
	}
}

func resumeAcrossARestart(t *testing.T, lane string) {
	const killedAfter, messages = 50, 400
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	first := startSeparate(t, lane, "127.0.0.1:0")
	publisher := startBinary(t, wire.Publisher{Lane: lane, Servers: []wire.Control{first.at()}}, "publish", "--child")
	api := publisher.api()
	before := subscribeTo(t, ctx, first, wire.Live)
	type outcome struct {
		wire.Published
		err error
	}
	done := make(chan outcome, 1)
	go func() {
		p, err := api.Broadcast(ctx, wire.Broadcast{Rate: 1000, Count: messages, Size: 64, Payload: wire.PayloadBinary})
		done <- outcome{p, err}
	}()
	if err := before.Until(ctx, func() bool { return len(before.Numbers()) >= killedAfter }); err != nil {
		t.Fatal(err)
	}
	first.kill()
	seen := before.Numbers()
	second := startSeparate(t, lane, first.Address)
	if err := api.Retarget(ctx, 0, second.at()); err != nil {
		t.Fatal(err)
	}
	restarted := <-done
	if restarted.err != nil {
		t.Fatal(restarted.err)
	}
	later, err := api.Broadcast(ctx, wire.Broadcast{Rate: 1000, Count: 20, Size: 64})
	if err != nil {
		t.Fatal(err)
	}
	after := subscribeTo(t, ctx, second, seen[len(seen)-1])
	if err := after.Until(ctx, func() bool { n := after.Numbers(); return len(n) > 0 && n[len(n)-1] == later.Through }); err != nil {
		t.Fatal(err)
	}

	given := append(restarted.Given, later.Given...)
	t.Logf("seen %d and %d: %+v", len(seen), len(after.Numbers()), given)
	var fromFirst, fromSecond []uint64
	for number := restarted.After + 1; number <= later.Through; number++ {
		lists := 0
		for _, g := range given {
			for _, r := range []wire.Ranges{g.Taken, g.Refused, g.Unknown} {
				if r.Has(number) {
					lists++
				}
			}
			switch {
			case g.Process == 0 && number <= seen[len(seen)-1] && (g.Taken.Has(number) || g.Unknown.Has(number)):
				fromFirst = append(fromFirst, number)
			case g.Process == 1 && g.Taken.Has(number):
				fromSecond = append(fromSecond, number)
			}
		}
		if lists != 1 {
			t.Errorf("message %d is in %d lists", number, lists)
		}
	}
	if !slices.Equal(seen, fromFirst) {
		t.Errorf("the first process has sent %v, and was given %v", seen, fromFirst)
	}
	if !slices.Equal(after.Numbers(), fromSecond) {
		t.Errorf("the second process has sent %v, and was given %v", after.Numbers(), fromSecond)
	}
	if later.After != restarted.Through || later.Through != messages+20 || len(later.Given) != 1 || later.Given[0].Taken.Count() != 20 {
		t.Errorf("what was published later: %+v", later)
	}
}

// A server that stands still holds up the schedule no longer than its patience, the other server has every message, and the one
// that stood still is reached again.
func TestAServerThatStandsStillDelaysTheSchedule(t *testing.T) {
	const messages = 40
	still, other := startSeparate(t, "tcp", "127.0.0.1:0"), startSeparate(t, "tcp", "127.0.0.1:0")
	publisher := startBinary(t, wire.Publisher{Patience: time.Second, Servers: []wire.Control{still.at(), other.at()}}, "publish", "--child")
	api := publisher.api()
	if err := still.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	// More than sockets hold: messages behind the one that had no room are refused.
	done, err := api.Broadcast(t.Context(), wire.Broadcast{Rate: 1000, Count: messages, Size: wire.MaxSize})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(done.Given); n != 2 {
		t.Fatalf("%d lists, want one for each server: %+v", n, done.Given)
	}
	g, all := done.Given[0], done.Given[1]
	if g.Taken.Count() != 0 || g.Unknown.Count() == 0 || g.Refused.Count() == 0 || g.Unknown.Count()+g.Refused.Count() != messages {
		t.Errorf("the server that stands still was given %+v", g)
	}
	if all.Server != 1 || all.Taken.Count() != messages {
		t.Errorf("the other server was given %+v", all)
	}
	if err := still.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for taken := uint64(0); taken == 0; taken = done.Given[0].Taken.Count() {
		if done, err = api.Broadcast(ctx, wire.Broadcast{Rate: 1000, Count: 1, Size: 64}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOnlyOnePublishes(t *testing.T) {
	separate := startSeparate(t, "tcp", "127.0.0.1:0")
	itself := startBinary(t, nil, "serve", "--child", "--lane", "tcp")
	api := separate.api()
	if _, err := api.Broadcast(t.Context(), wire.Broadcast{Rate: 1, Count: 1, Size: 64}); err == nil || !strings.Contains(err.Error(), "come from a publisher process") {
		t.Errorf("a broadcast of a server that is given its messages: %v", err)
	}
	cmd := exec.Command(os.Args[0], "publish", "--child")
	stdin, err := json.Marshal(wire.Publisher{Servers: []wire.Control{itself.at()}})
	if err != nil {
		t.Fatal(err)
	}
	read, write := io.Pipe()
	defer write.Close() // the publisher's end of input is its order to end
	cmd.Stdin = io.MultiReader(strings.NewReader(string(stdin)+"\n"), read)
	defer read.Close()
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(stderr)
	if err != nil || !strings.Contains(string(text), "server 0: append at "+itself.Control+": 409 Conflict: this server numbers its messages itself") {
		t.Errorf("publishing to a server that numbers its messages itself: %s (%v)", text, err)
	}
	_ = read.Close()
	if err := cmd.Wait(); err == nil {
		t.Error("the publisher has ended without an error")
	}
}
