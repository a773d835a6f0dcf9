package trace

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
)

// load skips where the machine cannot trace, in the words a run's record has.
func load(t *testing.T, frame int, processes ...Process) *Tracer {
	t.Helper()
	tracer, err := Load(processes, frame)
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tracer.Close)
	return tracer
}

// connected is a listener of this process with connections to it: the test is the server that is watched.
func connected(t *testing.T, n int) (server, client []net.Conn, watched Process) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	for range n {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		s, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close(); s.Close() })
		server, client = append(server, s), append(client, c)
	}
	return server, client, Process{PID: os.Getpid(), Port: uint16(l.Addr().(*net.TCPAddr).Port)}
}

// Every send to a subscriber is counted, and nothing else: not the clients' sends, nor those of other connections.
func TestSendsAreCounted(t *testing.T) {
	const connections, messages, size = 5, 40, 300
	server, client, watched := connected(t, connections)
	others, _, _ := connected(t, 1)
	tracer := load(t, size, watched)
	var earliest, latest int64
	counts, err := tracer.Watch(func() error {
		var readers sync.WaitGroup
		for _, c := range client {
			readers.Go(func() { _, _ = io.CopyN(io.Discard, c, messages*size) })
		}
		earliest = wire.Now()
		for range messages {
			for _, s := range server {
				if _, err := s.Write(make([]byte, size)); err != nil {
					return err
				}
			}
			if _, err := others[0].Write(make([]byte, 7)); err != nil {
				return err
			}
		}
		latest = wire.Now()
		readers.Wait()
		_, err := client[0].Write([]byte("from a client"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	const want = connections * messages
	if counts.Sends != want || counts.Messages != want || counts.Bytes != want*size || counts.Retransmits != 0 {
		t.Errorf("%d sends of %d messages, %d bytes, %d retransmits; want %d, as many, %d and none",
			counts.Sends, counts.Messages, counts.Bytes, counts.Retransmits, want, want*size)
	}
	if least := uint64(want + messages + 1); counts.Syscalls["write"] < least {
		t.Errorf("%d calls of write, want at least %d: %v", counts.Syscalls["write"], least, counts.Syscalls)
	}
	entered, left := counts.Entered.Nanoseconds(), counts.Left.Nanoseconds()
	if entered < earliest || left <= entered || latest < left {
		t.Errorf("the mean send was entered at %d and left at %d, want it between %d and %d", entered, left, earliest, latest)
	}
}

// Messages that are sent at once count each, whatever a byte more or less, and what is too short for a message not at all.
func TestTimesAreThoseOfMessages(t *testing.T) {
	server, client, watched := connected(t, 1)
	go func() { _, _ = io.Copy(io.Discard, client[0]) }()
	tracer := load(t, 1003, watched)
	var before, between, after int64
	counts, err := tracer.Watch(func() error {
		before = wire.Now()
		if _, err := server[0].Write(make([]byte, 9000)); err != nil {
			return err
		}
		between = wire.Now()
		wire.SleepUntil(between + (20 * time.Millisecond).Nanoseconds())
		for range 1000 {
			if _, err := server[0].Write(make([]byte, 499)); err != nil { // less than half a message
				return err
			}
		}
		_, err := server[0].Write(make([]byte, 1000))
		after = wire.Now()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if counts.Messages != 10 || counts.Sends != 1002 {
		t.Errorf("%d messages in %d sends, want 10 in 1002", counts.Messages, counts.Sends)
	}
	// The first call was entered before between, the second at the end of the sleep or later: 9 parts of 10 and 1 of 10.
	low := before + 2*time.Millisecond.Nanoseconds()
	high := (9*between + after) / 10
	if got := counts.Entered.Nanoseconds(); got < low || got > high {
		t.Errorf("the mean message was sent at %d, want it between %d and %d", got, low, high)
	}
}

// Several processes are watched as one; a process that is not named is not, whatever it does.
func TestOnlyNamedProcesses(t *testing.T) {
	server, client, watched := connected(t, 1)
	go func() { _, _ = io.Copy(io.Discard, client[0]) }()
	write := func() error { _, err := server[0].Write([]byte("message")); return err }
	nobody := Process{PID: 1 << 22, Port: watched.Port} // no system has as many processes
	counts, err := load(t, 7, nobody, Process{PID: nobody.PID, Port: 1}).Watch(write)
	if err != nil {
		t.Fatal(err)
	}
	if counts.Sends != 0 || len(counts.Syscalls) != 0 || counts.Entered != 0 {
		t.Errorf("counted %+v of a process nobody named", counts)
	}
	counts, err = load(t, 7, nobody, watched).Watch(write)
	if err != nil {
		t.Fatal(err)
	}
	if counts.Sends != 1 || counts.Bytes != 7 {
		t.Errorf("%d sends of %d bytes, want 1 of 7", counts.Sends, counts.Bytes)
	}
}

func TestWatchPassesErrorsOn(t *testing.T) {
	_, _, watched := connected(t, 1)
	failed := errors.New("failed")
	if _, err := load(t, 1, watched).Watch(func() error { return failed }); !errors.Is(err, failed) {
		t.Errorf("got %v", err)
	}
	if _, err := Load([]Process{{PID: 1}}, 1); err == nil || errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("a process without a port: %v", err)
	}
}
