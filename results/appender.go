package results

import (
	"bufio"
	"bytes"
	"errors"
	"os"
)

// appender is an open file that knows how much of it is valid.
type appender struct {
	file *os.File
	size int64
}

func openAppender(path string, flags int) (*appender, error) {
	f, err := os.OpenFile(path, os.O_RDWR|flags, 0o644)
	if err != nil {
		return nil, err
	}
	return &appender{file: f}, nil
}

// write puts data behind the valid part without counting it as valid.
func (a *appender) write(data []byte) error {
	if _, err := a.file.WriteAt(data, a.size); err != nil {
		return err
	}
	return a.file.Sync()
}

// firstLine is a file's first one, with its line break.
func firstLine(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(f).ReadBytes('\n')
	return line, errors.Join(err, f.Close())
}

func (a *appender) rollback() error { return a.file.Truncate(a.size) }

// mend finds the valid part of a file that was written before: everything up to the last line break.
func (a *appender) mend() error {
	data, err := os.ReadFile(a.file.Name())
	if err != nil {
		return err
	}
	a.size = int64(bytes.LastIndexByte(data, '\n')) + 1
	return a.rollback()
}
