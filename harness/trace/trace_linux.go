package trace

import (
	"errors"
	"fmt"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/link"
	"golang.org/x/sys/unix"
)

// mostThreads bounds those of all watched processes; sends of more are not counted. Go's own bound is 10 000 a process.
const mostThreads = 16 << 10

// license is what the kernel is told: programs that read its structures must be free to be used under the GPL too, which
// the MIT license of this one allows.
const license = "Dual MIT/GPL"

// Tracer watches processes. It is for one use.
type Tracer struct {
	processes []Process
	kernel    kernel
	frame     int32 // bytes of a message on the wire
	begin     int64 // times are kept since then, in ns on CLOCK_MONOTONIC

	entries  *ebpf.Map // thread -> when it entered the call it is in
	calls    *ebpf.Map // number of a system call -> how often; per CPU
	sums     *ebpf.Map // 0 -> sums; per CPU
	programs []*ebpf.Program
}

// Load makes the programs that watch some processes, whose messages take about frame bytes on the wire each. The error is
// errors.ErrUnsupported where this machine does not have or not allow what they need.
func Load(processes []Process, frame int) (*Tracer, error) {
	if err := check(processes, frame); err != nil {
		return nil, err
	}
	t := &Tracer{processes: processes, frame: int32(frame)} //nolint:gosec // check has bounded it
	if err := t.load(); err != nil {
		t.Close()
		return nil, fmt.Errorf("eBPF: %w: %w", errors.ErrUnsupported, err)
	}
	return t, nil
}

func (t *Tracer) load() (err error) {
	if t.kernel, err = readKernel(); err != nil {
		return err
	}
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		return err
	}
	t.begin = now.Nano()
	for _, m := range []struct {
		to   **ebpf.Map
		spec ebpf.MapSpec
	}{
		{&t.entries, ebpf.MapSpec{Name: "entries", Type: ebpf.Hash, KeySize: 8, ValueSize: 8, MaxEntries: mostThreads}},
		{&t.calls, ebpf.MapSpec{Name: "calls", Type: ebpf.PerCPUArray, KeySize: 4, ValueSize: 8, MaxEntries: otherSyscall + 1}},
		{&t.sums, ebpf.MapSpec{Name: "sums", Type: ebpf.PerCPUArray, KeySize: 4, ValueSize: sumsSize, MaxEntries: 1}},
	} {
		if *m.to, err = ebpf.NewMap(&m.spec); err != nil {
			return fmt.Errorf("map %s: %w", m.spec.Name, err)
		}
	}
	for _, p := range []struct {
		tracepoint string
		code       asm.Instructions
	}{
		{tracepointEnter, t.enterProgram()}, {tracepointSend, t.sendProgram()}, {tracepointRetransmit, t.retransmitProgram()},
	} {
		program, err := ebpf.NewProgram(&ebpf.ProgramSpec{
			Name: p.tracepoint, Type: ebpf.Tracing, AttachType: ebpf.AttachTraceRawTp, AttachTo: p.tracepoint,
			Instructions: p.code, License: license,
		})
		if err != nil {
			return fmt.Errorf("program for %s: %w", p.tracepoint, err)
		}
		t.programs = append(t.programs, program)
	}
	return nil
}

// Watch does some work and counts what the processes do meanwhile.
func (t *Tracer) Watch(work func() error) (Counts, error) {
	var links []link.Link
	defer func() {
		for _, l := range links {
			_ = l.Close() // closing a link frees it, whatever it says
		}
	}()
	for _, p := range t.programs {
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
	var perCPU []sums
	if err := t.sums.Lookup(uint32(0), &perCPU); err != nil {
		return Counts{}, fmt.Errorf("eBPF: read the sums: %w", err)
	}
	var all sums
	for _, s := range perCPU {
		all.add(s)
	}
	c := Counts{
		Syscalls: map[string]uint64{}, Sends: all.Sends, Bytes: all.Bytes, Messages: all.Messages, Retransmits: all.Retransmits,
		Entered: t.mean(all.EnterSteps, all.EnterLow, all.Messages), Left: t.mean(all.LeftSteps, all.LeftLow, all.Messages),
	}
	var (
		number uint32
		counts []uint64
	)
	for calls := t.calls.Iterate(); ; {
		if !calls.Next(&number, &counts) {
			return c, calls.Err()
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
func (t *Tracer) Close() {
	for _, m := range []*ebpf.Map{t.entries, t.calls, t.sums} {
		_ = m.Close() // of nil too
	}
	for _, p := range t.programs {
		_ = p.Close()
	}
}
