package scenario

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/internal/strict"
)

//go:embed scenarios/*.yaml
var embedded embed.FS

// Embedded lists the scenarios that are part of the binary.
func Embedded() []string {
	return strict.Names(embedded, "scenarios")
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
	source, err := strict.ReadFile(nameOrPath)
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
	return strict.IsFile(s) || strings.ContainsAny(s, `/\`)
}
