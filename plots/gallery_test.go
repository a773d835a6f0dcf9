package plots

import (
	"bytes"
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
	shown, err := os.ReadDir("gallery")
	fixture.Must(t, err)
	if len(shown) == 0 {
		t.Error("nothing is shown")
	}
	for _, e := range shown {
		got, err := os.ReadFile(filepath.Join("gallery", e.Name()))
		fixture.Must(t, err)
		want, err := os.ReadFile(filepath.Join(charts, e.Name()))
		fixture.Must(t, err)
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not that of the reference run", e.Name())
		}
	}
}
