package machine

import (
	"time"

	"github.com/pushbench/pushbench/results"
)

// Interference is what others did to a machine while an experiment ran. CPU, Steal and MemoryPressure are in seconds, Swapped
// in bytes.
type Interference struct {
	CPU            float64 // of other processes and of the kernel; NaN: not known
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

// Warnings names what exceeded the limits, without figures. Of a time below 500 ms shares are not judged.
func (i Interference) Warnings(took time.Duration) (warnings []results.Warning) {
	for _, share := range []struct {
		seconds, limit float64
		code           results.Code
	}{
		{i.CPU, otherLimit, results.OtherCPU},
		{i.Steal, stealLimit, results.StolenCPU},
		{i.MemoryPressure, pressureLimit, results.MemoryPressure},
	} {
		if took >= sharesNeed && share.seconds > share.limit*took.Seconds()+resolution {
			warnings = append(warnings, results.Warning{Code: share.code, Args: results.Args{"limit": 100 * share.limit}})
		}
	}
	if i.Swapped > 0 {
		warnings = append(warnings, results.Warning{Code: results.Swapped})
	}
	return warnings
}

// Busy reports whether a process used more than the processes of a quiet machine do.
func (u Usage) Busy(took time.Duration) bool { return u.Seconds > otherLimit*took.Seconds()+resolution }
