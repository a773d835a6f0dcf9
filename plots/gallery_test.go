package plots

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/pushbench/pushbench/internal/fixture"
)

// The gallery shows the charts of the reference run, whose folder is whole and can be sent to somebody: no link leads out of it.
func TestGalleryIsOfTheReference(t *testing.T) {
	charts := filepath.Join("..", "results", "reference", Dir)
	if info, err := os.Lstat(charts); err != nil || !info.IsDir() {
		t.Fatalf("%s is no folder: %v", charts, err)
	}
	shown, want := os.DirFS("gallery"), os.DirFS(charts)
	n := 0
	fixture.Must(t, fs.WalkDir(shown, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		n++
		got, err := fs.ReadFile(shown, path)
		fixture.Must(t, err)
		want, err := fs.ReadFile(want, path)
		fixture.Must(t, err)
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not that of the reference run", path)
		}
		return nil
	}))
	if n == 0 {
		t.Error("nothing is shown")
	}
}
