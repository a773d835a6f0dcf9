package probe

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/pushbench/pushbench/results"
)

// inputOutput reads what the process read and wrote, as the kernel counts it in proc/PID/io (kernel,
// Documentation/filesystems/proc.rst): calls of read(2), write(2) and their relatives on files of any kind, tried ones too,
// and the bytes they moved. Calls that only sockets know, such as sendmsg(2), are not among them: a server on UDP uses no
// others for its subscribers, and has no rows. Nor are there any where the kernel does not count, or does not tell us:
// Accounting says why.
func inputOutput(_ context.Context, s Server) ([]Reading, error) {
	if s.UDP {
		return nil, nil
	}
	var readings []Reading
	for _, f := range []struct{ field, metric, unit string }{
		{"syscr:", "read_calls", results.Count},
		{"syscw:", "write_calls", results.Count},
		{"rchar:", "read_bytes", results.Bytes},
		{"wchar:", "written_bytes", results.Bytes},
	} {
		sum, found := 0.0, 0
		err := eachProcess(s, func(dir string) error {
			v, n, err := fieldSum(filepath.Join(dir, "io"), f.field)
			sum, found = sum+v, found+n
			return err
		})
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) || err == nil && found == 0 {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		readings = append(readings, counter(f.metric, f.unit, sum))
	}
	return readings, nil
}
