package trace

import (
	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
)

// Times are kept in two parts, so that their sums over messages cannot overflow: steps of 2^20 ns, and the rest below. A
// phase of 24 h and 100 billion messages still fits.
const (
	stepBits = 20
	restMask = 1<<stepBits - 1
)

// sums is what the programs add up on one CPU.
type sums struct {
	Sends, Bytes, Retransmits uint64

	Messages             uint64
	EnterSteps, EnterLow uint64 // when the calls that sent them were entered
	LeftSteps, LeftLow   uint64
}

// Offsets of the fields of sums, in bytes.
const (
	sumSends       = 0
	sumBytes       = 8
	sumRetransmits = 16
	sumMessages    = 24
	sumEntered     = 32
	sumLeft        = 48
	sumsSize       = 64
)

// The frame of a program, below its frame pointer.
const (
	frameKey   = -8
	frameValue = -16
)

const (
	labelOurs = "ours"
	labelExit = "exit"
)

// enterProgram notes when the thread entered the kernel, and counts the call by its number.
func (t *Tracer) enterProgram() asm.Instructions {
	p := asm.Instructions{
		asm.Mov.Reg(asm.R6, asm.R1),
		asm.LoadImm(asm.R1, t.kernel.device, asm.DWord),
		asm.LoadImm(asm.R2, t.kernel.inode, asm.DWord),
		asm.Mov.Reg(asm.R3, asm.RFP),
		asm.Add.Imm(asm.R3, frameValue),
		asm.Mov.Imm(asm.R4, 8),
		asm.FnGetNsCurrentPidTgid.Call(), // struct bpf_pidns_info: thread, process
		asm.JNE.Imm(asm.R0, 0, labelExit),
		asm.LoadMem(asm.R7, asm.RFP, frameValue+4, asm.Word),
	}
	for _, one := range t.processes {
		p = append(p, asm.JEq.Imm(asm.R7, int32(one.PID), labelOurs)) //nolint:gosec // a pid fits
	}
	p = append(p,
		asm.Ja.Label(labelExit),
		asm.FnGetCurrentPidTgid.Call().WithSymbol(labelOurs),
		asm.StoreMem(asm.RFP, frameKey, asm.R0, asm.DWord),
		asm.FnKtimeGetNs.Call(),
		asm.StoreMem(asm.RFP, frameValue, asm.R0, asm.DWord),
		asm.LoadMapPtr(asm.R1, 0).WithReference(entries),
		asm.Mov.Reg(asm.R2, asm.RFP),
		asm.Add.Imm(asm.R2, frameKey),
		asm.Mov.Reg(asm.R3, asm.RFP),
		asm.Add.Imm(asm.R3, frameValue),
		asm.Mov.Imm(asm.R4, int32(ebpf.UpdateAny)),
		asm.FnMapUpdateElem.Call(),

		asm.LoadMem(asm.R8, asm.R6, argumentNumber, asm.DWord),
		asm.JLE.Imm(asm.R8, otherSyscall, "known"), // unsigned
		asm.Mov.Imm(asm.R8, otherSyscall),
		asm.StoreMem(asm.RFP, frameKey, asm.R8, asm.Word).WithSymbol("known"),
	)
	p = append(p, lookUp(calls)...)
	p = append(p, increase(asm.R0, 0, 1)...)
	return append(p, end()...)
}

// sendProgram adds up what a call gave to the socket of a subscriber. A client's socket may have the same port on another
// address, but the client's thread no entry.
func (t *Tracer) sendProgram() asm.Instructions {
	p := asm.Instructions{
		asm.Mov.Reg(asm.R6, asm.R1),
		asm.LoadMem(asm.R7, asm.R6, argumentSent, asm.DWord),
		asm.JSLE.Imm32(asm.R7, 0, labelExit), // an error, such as EAGAIN
		asm.Mov.Reg32(asm.R7, asm.R7),
	}
	p = append(p, t.ours()...)
	p = append(p,
		asm.FnKtimeGetNs.Call(),
		asm.Mov.Reg(asm.R9, asm.R0),
		asm.FnGetCurrentPidTgid.Call(),
		asm.StoreMem(asm.RFP, frameKey, asm.R0, asm.DWord),
	)
	p = append(p, lookUp(entries)...)
	p = append(p,
		asm.LoadMem(asm.R8, asm.R0, 0, asm.DWord),
		asm.StoreImm(asm.RFP, frameKey, 0, asm.Word),
	)
	p = append(p, lookUp(sumsOfSends)...)
	p = append(p, increase(asm.R0, sumSends, 1)...)
	p = append(p,
		asm.AddAtomic.Mem(asm.R0, asm.R7, asm.DWord, sumBytes),
		asm.Add.Imm(asm.R7, t.frame/2), // to the next whole number of messages
		asm.Div.Imm(asm.R7, t.frame),
		asm.JEq.Imm(asm.R7, 0, labelExit), // a heartbeat
		asm.AddAtomic.Mem(asm.R0, asm.R7, asm.DWord, sumMessages),
	)
	p = append(p, t.weigh(asm.R8, sumEntered)...)
	p = append(p, t.weigh(asm.R9, sumLeft)...)
	return append(p, end()...)
}

// retransmitProgram counts segments that are sent again. It runs in whatever thread the timer interrupts.
func (t *Tracer) retransmitProgram() asm.Instructions {
	p := append(asm.Instructions{asm.Mov.Reg(asm.R6, asm.R1)}, t.ours()...)
	p = append(p, asm.StoreImm(asm.RFP, frameKey, 0, asm.Word))
	p = append(p, lookUp(sumsOfSends)...)
	p = append(p, increase(asm.R0, sumRetransmits, 1)...)
	return append(p, end()...)
}

// ours leaves unless the socket of context R6 is bound to a port of ours. It needs R1.
func (t *Tracer) ours() asm.Instructions {
	p := asm.Instructions{
		asm.LoadMem(asm.R1, asm.R6, argumentSocket, asm.DWord),
		asm.LoadMem(asm.R1, asm.R1, t.kernel.localPort, asm.Half),
	}
	for _, one := range t.processes {
		p = append(p, asm.JEq.Imm(asm.R1, int32(one.Port), labelOurs))
	}
	return append(p, asm.Ja.Label(labelExit), asm.Mov.Imm(asm.R1, 0).WithSymbol(labelOurs))
}

// lookUp points R0 at the value that a map has for the key in the frame, or leaves.
func lookUp(in string) asm.Instructions {
	return asm.Instructions{
		asm.LoadMapPtr(asm.R1, 0).WithReference(in),
		asm.Mov.Reg(asm.R2, asm.RFP),
		asm.Add.Imm(asm.R2, frameKey),
		asm.FnMapLookupElem.Call(),
		asm.JEq.Imm(asm.R0, 0, labelExit),
	}
}

// increase adds to a figure. Maps are per CPU, but programs of some tracepoints can be interrupted by their like.
func increase(base asm.Register, at int16, by int32) asm.Instructions {
	return asm.Instructions{asm.Mov.Imm(asm.R1, by), asm.AddAtomic.Mem(base, asm.R1, asm.DWord, at)}
}

// weigh adds the time since the begin in a register, times the messages in R7, to the two parts at an offset of R0.
func (t *Tracer) weigh(at asm.Register, sum int16) asm.Instructions {
	return asm.Instructions{
		asm.LoadImm(asm.R1, t.begin, asm.DWord),
		asm.Sub.Reg(at, asm.R1),
		asm.Mov.Reg(asm.R1, at),
		asm.RSh.Imm(asm.R1, stepBits),
		asm.Mul.Reg(asm.R1, asm.R7),
		asm.AddAtomic.Mem(asm.R0, asm.R1, asm.DWord, sum),
		asm.And.Imm(at, restMask),
		asm.Mul.Reg(at, asm.R7),
		asm.AddAtomic.Mem(asm.R0, at, asm.DWord, sum+8),
	}
}

func end() asm.Instructions {
	return asm.Instructions{asm.Mov.Imm(asm.R0, 0).WithSymbol(labelExit), asm.Return()}
}

func (s *sums) add(o sums) {
	s.Sends += o.Sends
	s.Bytes += o.Bytes
	s.Retransmits += o.Retransmits
	s.Messages += o.Messages
	s.EnterSteps += o.EnterSteps
	s.EnterLow += o.EnterLow
	s.LeftSteps += o.LeftSteps
	s.LeftLow += o.LeftLow
}
