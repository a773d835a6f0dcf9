package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// runFolder finds a run by its folder or by its name below out.
func runFolder(out, name string) (string, error) {
	for _, dir := range []string{name, filepath.Join(out, name)} {
		if _, err := os.Stat(filepath.Join(dir, "run.json")); err == nil {
			return filepath.EvalSymlinks(dir)
		}
	}
	return "", fmt.Errorf("no run %q: neither %s nor %s holds a run.json", name, name, filepath.Join(out, name))
}

// link points a symbolic link at a folder, replacing what it pointed at before.
func link(path, target string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	from, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return err
	}
	to, err := filepath.Abs(target)
	if err != nil {
		return err
	}
	relative, err := filepath.Rel(from, to)
	if err != nil {
		return err
	}
	if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeSymlink == 0 {
		return fmt.Errorf("%s is in the way of a link to the newest run: move it", path)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.Symlink(relative, path)
}
