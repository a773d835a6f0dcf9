package trace

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/btf"
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
	loaded    *ebpf.Collection
}

// The maps of the programs.
const (
	entries     = "entries" // thread -> when it entered the call it is in
	calls       = "calls"   // number of a system call -> how often; per CPU
	sumsOfSends = "sums"    // 0 -> sums; per CPU
)

func maps() map[string]*ebpf.MapSpec {
	return map[string]*ebpf.MapSpec{
		entries:     {Type: ebpf.Hash, KeySize: 8, ValueSize: 8, MaxEntries: mostThreads},
		calls:       {Type: ebpf.PerCPUArray, KeySize: 4, ValueSize: 8, MaxEntries: otherSyscall + 1},
		sumsOfSends: {Type: ebpf.PerCPUArray, KeySize: 4, ValueSize: sumsSize, MaxEntries: 1},
	}
}

// Load makes the programs that watch some processes, whose messages take about frame bytes on the wire each. The error is
// errors.ErrUnsupported where this machine does not have or not allow what they need.
func Load(processes []Process, frame int) (*Tracer, error) {
	if err := check(processes, frame); err != nil {
		return nil, err
	}
	t := &Tracer{processes: processes, frame: int32(frame)} //nolint:gosec // check has bounded it
	err := t.load()
	if errors.Is(err, fs.ErrPermission) {
		err = errors.New("not permitted: it takes root, or CAP_BPF and CAP_PERFMON")
	}
	if err != nil {
		return nil, fmt.Errorf("eBPF: %w: %w", errors.ErrUnsupported, err)
	}
	return t, nil
}

func (t *Tracer) load() (err error) {
	types := btf.NewCache() // reading the kernel's takes 15 ms
	if t.kernel, err = readKernel(types); err != nil {
		return err
	}
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		return err
	}
	t.begin = now.Nano()
	programs := map[string]*ebpf.ProgramSpec{}
	for tracepoint, code := range map[string]asm.Instructions{
		tracepointEnter: t.enterProgram(), tracepointSend: t.sendProgram(), tracepointRetransmit: t.retransmitProgram(),
	} {
		programs[tracepoint] = &ebpf.ProgramSpec{
			Name: tracepoint, Type: ebpf.Tracing, AttachType: ebpf.AttachTraceRawTp, AttachTo: tracepoint,
			Instructions: code, License: license,
		}
	}
	t.loaded, err = ebpf.NewCollectionWithOptions(&ebpf.CollectionSpec{Maps: maps(), Programs: programs}, ebpf.CollectionOptions{Cache: types})
	return err
}

// Watch does some work and counts what the processes do meanwhile.
func (t *Tracer) Watch(work func() error) (Counts, error) {
	var links []link.Link
	defer func() {
		for _, l := range links {
			_ = l.Close() // closing a link frees it, whatever it says
		}
	}()
	for _, p := range t.loaded.Programs {
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
	if err := t.loaded.Maps[sumsOfSends].Lookup(uint32(0), &perCPU); err != nil {
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
	for each := t.loaded.Maps[calls].Iterate(); ; {
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
func (t *Tracer) Close() { t.loaded.Close() }
