package machine

import (
	"time"

	"github.com/pushbench/pushbench/results"
)

// Beside is what a machine did in some time beside an experiment. CPU, Steal and MemoryPressure are in seconds, Swapped
// in bytes.
type Beside struct {
	CPU            float64 // of other processes and of the kernel
	Steal          float64 // of all CPUs: taken by the hypervisor
	Swapped        float64 // to swap and back
	MemoryPressure float64 // at least one process waited for memory
}

// Limits above which a machine is not quiet.
//
// What a quiet one leaves over was measured on 2 CPUs of a virtual machine with Linux 6.18: 1.5 to 2.8 % of a CPU in
// phases of 4 s, idle and broadcasts to 5000 connections alike, once 4.3 %; -0.6 to 4.7 % in phases of 0.6 s, of which
// 10 ms of resolution are 1.7 %. It is kernel threads, interrupts and the system's own processes. A compiler beside the
// run was 50 to 103 %.
const (
	otherLimit    = 0.05 // of one CPU
	stealLimit    = 0.01 // of one CPU
	pressureLimit = 0.01 // of the time
	sharesNeed    = 500 * time.Millisecond
	resolution    = 0.01 // s, of proc/stat: by so much every figure may be wrong
)

// Troubles says which of it was more than a quiet machine does, without figures. Shares of a time below 500 ms say
// nothing.
func (b Beside) Troubles(took time.Duration) (troubles []results.Warning) {
	for _, share := range []struct {
		seconds, limit float64
		code           results.Code
	}{
		{b.CPU, otherLimit, results.OtherCPU},
		{b.Steal, stealLimit, results.StolenCPU},
		{b.MemoryPressure, pressureLimit, results.MemoryPressure},
	} {
		if took >= sharesNeed && share.seconds > share.limit*took.Seconds()+resolution {
			troubles = append(troubles, results.Warning{Code: share.code, Args: results.Args{"limit": 100 * share.limit}})
		}
	}
	if b.Swapped > 0 {
		troubles = append(troubles, results.Warning{Code: results.Swapped})
	}
	return troubles
}

// Busy says whether a process that used so much is no part of a quiet machine.
func (u Usage) Busy(took time.Duration) bool { return u.Seconds > otherLimit*took.Seconds()+resolution }
