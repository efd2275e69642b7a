// Package tools finds the programs of other people that tests and benchmarks need and a machine may lack, and says what
// is missing. It starts none of them.
package tools

import (
	"fmt"
	"os/exec"
)

// Chromium is the path of a browser that can be driven.
func Chromium() (string, error) {
	return find("a Chromium to drive the page with", "chromium", "chromium-browser", "google-chrome",
		"google-chrome-stable", "headless-shell")
}

// Node is the path of Node.js.
func Node() (string, error) { return find("Node.js to run WebAssembly with", "node", "nodejs") }

// NPM is the path of Node's package manager.
func NPM() (string, error) { return find("npm to fetch JavaScript packages with", "npm") }

func find(what string, names ...string) (string, error) {
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("this needs %s", what)
}
