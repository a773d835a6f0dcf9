package scenario

import (
	"flag"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/internal/strict"
)

var update = flag.Bool("update", false, "write what is now into the golden files")

func TestFileTooLarge(t *testing.T) {
	_, err := Parse("big.yaml", []byte(strings.Repeat("[", strict.MaxSource+1)), catalog())
	if err == nil || err.Error() != "big.yaml:1:1: the file is larger than 16 KiB: a scenario is a page of text" {
		t.Errorf("got %v", err)
	}
}
