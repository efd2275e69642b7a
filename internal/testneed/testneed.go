// Package testneed finds the tools that some tests need and a machine may lack. Where one is missing the test is skipped and says so;
// where SPARKLING_STRICT is set, as in continuous integration, it fails instead.
package testneed

import (
	"os"
	"os/exec"
	"testing"

	"github.com/sparkling-lab/sparkling/internal/display"
)

// Browser is the path of a Chromium.
func Browser(t testing.TB) string {
	t.Helper()
	return tool(t, "a Chromium to drive the page with", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "headless-shell")
}

// Node is the path of Node.js, which runs WebAssembly tests.
func Node(t testing.TB) string {
	t.Helper()
	return tool(t, "Node.js to run WebAssembly with", "node", "nodejs")
}

// Display returns where a window can be opened.
func Display(t testing.TB) {
	t.Helper()
	if !display.Available() {
		missing(t, "a display to draw on; xvfb-run gives one")
	}
}

func tool(t testing.TB, what string, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	missing(t, what)
	return ""
}

func missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("SPARKLING_STRICT") != "" {
		t.Fatalf("this test needs %s, and SPARKLING_STRICT lets nothing be skipped", what)
	}
	t.Skipf("this test needs %s", what)
}
