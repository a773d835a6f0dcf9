package probe

import (
	"context"
	"errors"
	"io/fs"

	"github.com/prometheus/procfs"

	"github.com/pushbench/pushbench/results"
)

// inputOutput reads what the process read and wrote, as the kernel counts it in proc/PID/io (kernel,
// Documentation/filesystems/proc.rst): calls of read(2), write(2) and their relatives on files of any kind, tried ones too,
// and the bytes they moved. Calls that only sockets know, such as sendmsg(2), are not among them: a server on UDP uses no
// others for its subscribers, and has no rows. Nor are there any where the kernel does not count, or does not let us read:
// Accounting has the reason.
func inputOutput(_ context.Context, s Server) ([]Reading, error) {
	if s.UDP {
		return nil, nil
	}
	var sum procfs.ProcIO
	err := s.eachProcess(func(p procfs.Proc) error {
		io, err := p.IO()
		sum.SyscR, sum.SyscW = sum.SyscR+io.SyscR, sum.SyscW+io.SyscW
		sum.RChar, sum.WChar = sum.RChar+io.RChar, sum.WChar+io.WChar
		return err
	})
	if s.PID == 0 || errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return []Reading{
		counter("read_calls", results.Count, float64(sum.SyscR)),
		counter("write_calls", results.Count, float64(sum.SyscW)),
		counter("read_bytes", results.Bytes, float64(sum.RChar)),
		counter("written_bytes", results.Bytes, float64(sum.WChar)),
	}, nil
}
