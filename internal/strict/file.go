package strict

import (
	"embed"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// IsFile reports whether a name is that of a YAML file.
func IsFile(name string) bool {
	ext := filepath.Ext(name)
	return ext == ".yaml" || ext == ".yml"
}

// ReadFile returns a YAML file, or as much of it as shows that it is too large.
func ReadFile(path string) ([]byte, error) { return ReadUpTo(path, MaxSource) }

// ReadUpTo returns a file of so many bytes at most, or one byte more of a larger one.
func ReadUpTo(path string, most int64) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) //nolint:gosec // the user names the file
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() && !info.IsDir() { // nobody may ever write to a pipe
		err = fmt.Errorf("%s is a pipe or a device: write it to a file", path)
	}
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(f, most+1))
}

// Names are those of the YAML files of a folder in the binary, in alphabetical order.
func Names(in embed.FS, folder string) []string {
	files, _ := in.ReadDir(folder) // it is in the binary: the error cannot occur
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = strings.TrimSuffix(f.Name(), ".yaml")
	}
	slices.Sort(names) // the names, not the files': a dash sorts before a dot
	return names
}
