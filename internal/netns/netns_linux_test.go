package netns

import (
	"errors"
	"net"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"testing"
)

// A socket stays where it was made, and the thread comes back. Without the right to make a namespace there is nothing to test.
func TestSocketsStayWhereTheyWereMade(t *testing.T) {
	made, back := make(chan *os.File), make(chan error)
	go func() { // on a thread that ends in its namespace
		runtime.LockOSThread()
		if err := syscall.Unshare(syscall.CLONE_NEWNET); err != nil {
			close(made)
			back <- err
			return
		}
		own, err := Own()
		made <- own
		back <- err
	}()
	other := <-made
	if err := <-back; errors.Is(err, syscall.EPERM) {
		t.Skip("NOT TESTED: a network namespace needs root")
	} else if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	outside, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer outside.Close()
	runtime.LockOSThread()
	path := "/proc/self/fd/" + strconv.Itoa(int(other.Fd()))
	if err := In(path, func() error {
		if _, err := net.Dial("tcp", outside.Addr().String()); err == nil {
			t.Error("a fresh namespace reaches the listener of another")
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	t.Setenv(OutsideVariable, path)
	if _, err := (Dialer{}).Dial("tcp", outside.Addr().String()); err == nil {
		t.Error("the dialer does not dial where it is told to")
	}
	t.Setenv(OutsideVariable, "")
	c, err := Dialer{}.Dial("tcp", outside.Addr().String())
	if err != nil {
		t.Fatalf("the thread did not come back: %v", err)
	}
	_ = c.Close()
	t.Setenv(OutsideVariable, t.TempDir()+"/none")
	if _, err := (Dialer{}).Dial("tcp", "127.0.0.1:1"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a namespace that is not there: %v", err)
	}
}
