package probe

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"strconv"

	"github.com/pushbench/pushbench/results"
)

// inputOutput reads what the process read and wrote, as the kernel counts it in proc/PID/io (kernel,
// Documentation/filesystems/proc.rst): calls of read(2), write(2) and their relatives on files of any kind, tried ones too,
// and the bytes they moved. Calls that only sockets know, such as sendmsg(2), are not among them. No rows where the kernel
// does not count, or does not tell us: Accounting says why.
func inputOutput(_ context.Context, s Server) ([]Reading, error) {
	file := filepath.Join(s.Proc, strconv.Itoa(s.PID), "io")
	var readings []Reading
	for _, f := range []struct{ field, metric, unit string }{
		{"syscr:", "read_calls", results.Count},
		{"syscw:", "write_calls", results.Count},
		{"rchar:", "read_bytes", results.Bytes},
		{"wchar:", "written_bytes", results.Bytes},
	} {
		v, found, err := fieldSum(file, f.field)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) || err == nil && found == 0 {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		readings = append(readings, counter(f.metric, f.unit, v))
	}
	return readings, nil
}
