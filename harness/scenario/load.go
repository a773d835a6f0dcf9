package scenario

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

//go:embed scenarios/*.yaml
var embedded embed.FS

// Embedded lists the scenarios that are part of the binary.
func Embedded() []string {
	return names(embedded, "scenarios")
}

// names are those of the YAML files of a folder in the binary.
func names(in embed.FS, folder string) []string {
	files, _ := in.ReadDir(folder) // it is in the binary: the error cannot occur
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = strings.TrimSuffix(f.Name(), ".yaml")
	}
	slices.Sort(names) // the names, not the files': a dash sorts before a dot
	return names
}

// Load reads an embedded scenario by its name, or a file by its path.
func Load(nameOrPath string, c Catalog) (*Scenario, error) {
	if slices.Contains(Embedded(), nameOrPath) {
		source, err := embedded.ReadFile("scenarios/" + nameOrPath + ".yaml")
		if err != nil {
			return nil, fmt.Errorf("embedded scenario: %w", err)
		}
		return Parse(nameOrPath+".yaml", source, c)
	}
	source, err := read(nameOrPath)
	switch {
	case err == nil:
		return Parse(nameOrPath, source, c)
	case errors.Is(err, fs.ErrNotExist) && !isPath(nameOrPath):
		return nil, fmt.Errorf("no scenario %q: embedded are %s; a file of your own ends in .yaml", nameOrPath, strings.Join(Embedded(), ", "))
	default:
		return nil, fmt.Errorf("scenario: %w: embedded are %s", err, strings.Join(Embedded(), ", "))
	}
}

func isPath(s string) bool {
	ext := filepath.Ext(s)
	return ext == ".yaml" || ext == ".yml" || strings.ContainsAny(s, `/\`)
}

// read returns a file, or as much of it as shows that it is too large.
func read(path string) ([]byte, error) {
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
	return io.ReadAll(io.LimitReader(f, maxSource+1))
}
