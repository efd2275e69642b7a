// Package testneed finds the tools that some tests need and a machine may lack. Where one is missing the test is
// skipped and says so; where SPARKLING_STRICT is set, as in continuous integration, it fails instead.
package testneed

import (
	"os"
	"testing"

	"github.com/sparkling-lab/sparkling/internal/display"
	"github.com/sparkling-lab/sparkling/internal/tools"
)

// Browser is the path of a Chromium.
func Browser(t testing.TB) string {
	t.Helper()
	return tool(t, tools.Chromium)
}

// Node is the path of Node.js, which runs WebAssembly tests.
func Node(t testing.TB) string {
	t.Helper()
	return tool(t, tools.Node)
}

// GPlusPlus is the path of a C++ compiler.
func GPlusPlus(t testing.TB) string {
	t.Helper()
	return tool(t, tools.GPlusPlus)
}

// PyTorch is the path of a Python that has PyTorch.
func PyTorch(t testing.TB) string {
	t.Helper()
	return tool(t, func() (string, error) { return tools.PyTorch(t.Context()) })
}

// Display returns where a window can be opened.
func Display(t testing.TB) {
	t.Helper()
	if !display.Available() {
		missing(t, "this needs a display to draw on; xvfb-run gives one")
	}
}

// Here returns where err, which says what a search for something has found to be missing, is nil.
func Here(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		missing(t, err.Error())
	}
}

func tool(t testing.TB, find func() (string, error)) string {
	t.Helper()
	path, err := find()
	Here(t, err)
	return path
}

func missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("SPARKLING_STRICT") != "" {
		t.Fatalf("%s, and SPARKLING_STRICT lets nothing be skipped", what)
	}
	t.Skip(what)
}
