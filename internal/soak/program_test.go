//go:build soak

package soak

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// program is the native program, built once.
var program string

func TestMain(m *testing.M) { os.Exit(built(m)) }

func built(m *testing.M) int {
	dir, err := os.MkdirTemp("", "sparkling-soak-*")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "sparkling")
	build := exec.Command("go", "build", "-trimpath", "-o", program, "../..")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// run is what the program prints.
func run(t *testing.T, args ...string) []byte {
	t.Helper()
	c := exec.Command(program, args...)
	c.Stderr = os.Stderr
	out, err := c.Output()
	require.NoError(t, err, "%v", args)
	return out
}

// file is a document as a file.
func file(t *testing.T, dir string, e experiment.Experiment) string {
	t.Helper()
	path := filepath.Join(dir, e.Name+".json")
	require.NoError(t, os.WriteFile(path, e.JSON(), 0o644))
	return path
}

// parsed reads JSON that the program has printed.
func parsed[T any](t *testing.T, data []byte) (v T) {
	t.Helper()
	require.NoError(t, json.Unmarshal(data, &v))
	return v
}
