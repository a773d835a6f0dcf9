//go:build !linux

package wire

import "time"

// monotonic counts from the Unix epoch where processes share no monotonic clock that Go can read.
func monotonic() int64 { return time.Now().UnixNano() }

// SleepUntil returns when Now has reached t.
func SleepUntil(t int64) { time.Sleep(time.Duration(t - Now())) }

// PaceUntil is SleepUntil.
func PaceUntil(t int64) { SleepUntil(t) }
