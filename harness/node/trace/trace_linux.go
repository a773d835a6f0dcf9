//go:build !(mips || mips64 || ppc64 || s390x)

package trace

// The object is for machines of little endian.
//go:generate go tool bpf2go -target bpfel -tags linux programs programs.c -- -O2 -Wall -Werror

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
	"golang.org/x/sys/unix"
)

// stepBits: times are kept in two parts, so that their sums over messages cannot overflow: steps of 2^20 ns, and the rest
// below. A phase of 24 h and 100 billion messages still fits.
const stepBits = 20

// Tracer watches processes. It is for one use.
type Tracer struct {
	begin  int64 // times are kept since then, in ns on CLOCK_MONOTONIC
	loaded programsObjects
}

// Load makes the programs that watch some processes, whose messages take about frame bytes on the wire each. The error is
// errors.ErrUnsupported where this machine does not have or not allow what they need.
func Load(processes []Process, frame int) (*Tracer, error) {
	if err := check(processes, frame); err != nil {
		return nil, err
	}
	t := &Tracer{}
	err := t.load(processes, frame)
	if errors.Is(err, fs.ErrPermission) {
		err = errors.New("not permitted: it takes root, or CAP_BPF and CAP_PERFMON")
	}
	if err != nil {
		return nil, fmt.Errorf("eBPF: %w: %w", errors.ErrUnsupported, err)
	}
	return t, nil
}

func (t *Tracer) load(processes []Process, frame int) error {
	spec, err := loadPrograms()
	if err != nil {
		return err
	}
	set := programsSettings{StepBits: stepBits, Frame: uint32(frame), Processes: uint32(len(processes))} //nolint:gosec // check has bounded them
	if len(processes) > len(set.Pids) {
		return fmt.Errorf("%d processes, and %d can be watched", len(processes), len(set.Pids))
	}
	for i, p := range processes {
		set.Pids[i], set.Ports[i] = uint32(p.PID), p.Port //nolint:gosec // a pid fits
	}
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		return err
	}
	t.begin = now.Nano()
	set.Begin = uint64(t.begin) //nolint:gosec // since the machine started
	if set.PidNsDevice, set.PidNsInode, err = namespace(); err != nil {
		return err
	}
	if err := spec.Variables["settings"].Set(set); err != nil {
		return err
	}
	return spec.LoadAndAssign(&t.loaded, nil)
}

// namespace names that of our process ids: within a container the kernel's own ids are others.
func namespace() (device, inode uint64, err error) {
	var stat unix.Stat_t
	if err := unix.Stat("/proc/self/ns/pid", &stat); err != nil {
		return 0, 0, err
	}
	const minorBits = 20 // include/linux/kdev_t.h
	return uint64(unix.Major(stat.Dev))<<minorBits | uint64(unix.Minor(stat.Dev)), stat.Ino, nil
}

// Watch does some work and counts what the processes do meanwhile.
func (t *Tracer) Watch(work func() error) (Counts, error) {
	var links []link.Link
	defer func() {
		for _, l := range links {
			_ = l.Close() // closing a link frees it, even with an error
		}
	}()
	for _, p := range []*ebpf.Program{t.loaded.SysEnter, t.loaded.SockSendLength, t.loaded.TcpRetransmitSkb} {
		l, err := link.AttachTracing(link.TracingOptions{Program: p})
		if err != nil {
			return Counts{}, fmt.Errorf("eBPF: %w: attach: %w", errors.ErrUnsupported, err)
		}
		links = append(links, l)
	}
	if err := work(); err != nil {
		return Counts{}, err
	}
	return t.read()
}

// read adds up what the CPUs have.
func (t *Tracer) read() (Counts, error) {
	var perCPU []programsSums
	if err := t.loaded.Totals.Lookup(uint32(0), &perCPU); err != nil {
		return Counts{}, fmt.Errorf("eBPF: read the sums: %w", err)
	}
	var all programsSums
	for _, s := range perCPU {
		all.Sends += s.Sends
		all.Bytes += s.Bytes
		all.Retransmits += s.Retransmits
		all.Messages += s.Messages
		all.EnterSteps += s.EnterSteps
		all.EnterLow += s.EnterLow
		all.LeftSteps += s.LeftSteps
		all.LeftLow += s.LeftLow
	}
	c := Counts{
		Syscalls: map[string]uint64{}, Sends: all.Sends, Bytes: all.Bytes, Messages: all.Messages, Retransmits: all.Retransmits,
		Entered: t.mean(all.EnterSteps, all.EnterLow, all.Messages), Left: t.mean(all.LeftSteps, all.LeftLow, all.Messages),
	}
	var (
		number uint32
		counts []uint64
	)
	for each := t.loaded.Calls.Iterate(); ; {
		if !each.Next(&number, &counts) {
			return c, each.Err()
		}
		for _, n := range counts {
			if n > 0 {
				c.Syscalls[syscallName(number)] += n
			}
		}
	}
}

// mean is the time of the mean message; 0 when there was none.
func (t *Tracer) mean(steps, low, messages uint64) time.Duration {
	if messages == 0 {
		return 0
	}
	since := (float64(steps)*(1<<stepBits) + float64(low)) / float64(messages)
	return time.Duration(t.begin + int64(since))
}

// Close frees what the kernel keeps for the programs.
func (t *Tracer) Close() { _ = t.loaded.Close() }
