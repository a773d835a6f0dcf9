package cli

import (
	"errors"
	"fmt"
	"os/exec"
	"slices"

	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/lane"
)

// otherBuild is the error of lanes that another build of pushbench is to serve, and of such a build without lanes.
func (o runOptions) otherBuild(sc *scenario.Scenario) error {
	i := slices.IndexFunc(sc.Lanes, func(name string) bool { _, old := lane.Old(name); return old })
	switch {
	case i < 0 && o.old == "":
		return nil
	case i < 0:
		return errors.New("--old: no lane has the option +old: measure some with it, such as --lanes sse-gin+old,sse-gin")
	case o.old == "":
		return fmt.Errorf("lane %s is that of another build of pushbench: name its file with --old", sc.Lanes[i])
	}
	if _, err := exec.LookPath(o.old); err != nil {
		return fmt.Errorf("--old: %w: build it", err)
	}
	return nil
}
