// Package tools finds the programs of other people that tests and benchmarks need and a machine may lack, and says what
// is missing. It starts none of them but a Python, to ask what it has.
package tools

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Chromium is the path of a browser that can be driven.
func Chromium() (string, error) {
	return find("a Chromium, which shows and prints pages", "chromium", "chromium-browser", "google-chrome",
		"google-chrome-stable", "headless-shell")
}

// Node is the path of Node.js.
func Node() (string, error) { return find("Node.js to run WebAssembly with", "node", "nodejs") }

// NPM is the path of Node's package manager.
func NPM() (string, error) { return find("npm to fetch JavaScript packages with", "npm") }

// GPlusPlus is the path of a C++ compiler.
func GPlusPlus() (string, error) {
	return find("g++ to compile what stands in for a GPU's driver", "g++")
}

// noPyTorch says what to install where no Python with PyTorch was found.
const noPyTorch = "no Python with PyTorch; install the Debian package python3-torch"

// PyTorch is the first python3 on the path that has PyTorch. It looks apart from the present folder (-I): a folder
// called torch there would be taken for it.
func PyTorch(ctx context.Context) (string, error) {
	const has = "import importlib.util, sys; sys.exit(importlib.util.find_spec('torch') is None)"
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		path := filepath.Join(dir, "python3")
		if exec.CommandContext(ctx, path, "-I", "-c", has).Run() == nil {
			return path, nil
		}
		if err := ctx.Err(); err != nil {
			return "", err
		}
	}
	return "", errors.New(noPyTorch)
}

func find(what string, names ...string) (string, error) {
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("this needs %s", what)
}

// emulated says, of a kind of processor, what QEMU's emulator of Linux programs for it may be called, and the folder
// where Debian puts the libraries that these load.
var emulated = map[string]struct {
	names  []string
	folder string
}{
	"arm64": {[]string{"qemu-aarch64", "qemu-aarch64-static"}, "/usr/aarch64-linux-gnu"},
	"amd64": {[]string{"qemu-x86_64", "qemu-x86_64-static"}, "/usr/x86_64-linux-gnu"},
}

// Emulator is the command, without the program, that runs a Linux program for another kind of processor, as Go calls
// it.
func Emulator(arch string) ([]string, error) {
	e := emulated[arch]
	path, err := find("QEMU's emulator of Linux programs for "+arch, e.names...)
	if err == nil {
		_, err = os.Stat(e.folder)
	}
	return []string{path, "-L", e.folder}, err
}
