package build

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
)

// goTool is the go command with the places it knows.
type goTool struct {
	root, module     string
	modfile, overlay string // of a compiler that takes another Ebitengine, where that is so
}

// findGo asks the go command on the path for its own folder and that of the module.
func findGo(ctx context.Context) (goTool, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOROOT", "GOMOD").Output()
	if errors.Is(err, exec.ErrNotFound) {
		return goTool{}, errors.New("building the page needs the go command, and there is none on the path")
	}
	if err != nil {
		return goTool{}, fmt.Errorf("go env: %w", err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != 2 || filepath.Base(strings.TrimSpace(lines[1])) != "go.mod" {
		return goTool{}, errors.New("the page is built from its sources: run this inside the project's folder")
	}
	return goTool{root: strings.TrimSpace(lines[0]), module: filepath.Dir(strings.TrimSpace(lines[1]))}, nil
}

// Root is the folder of the module that the working directory is in.
func Root(ctx context.Context) (string, error) {
	g, err := findGo(ctx)
	return g.module, err
}

// experiments are what the page's programs are compiled with: the SIMD kernels, and the older encoding/json, which is a
// fifth of a megabyte smaller in each of them, compressed.
const experiments = "simd,nojsonv2"

// inlined are the packages into which other functions are inlined: those that work in every update or picture.
// Elsewhere that makes programs larger, a seventh of a megabyte in each compressed one, and nothing faster that anyone
// waits for. The benchmark's peaks are loops of vectors, each of which would be a call.
var inlined = []string{
	module + "/model/...", module + "/viz/...", module + "/internal/bench/...", "math/...", "simd/...",
	ebitengine, ebitengine + "/internal/atlas", ebitengine + "/internal/buffered", ebitengine + "/internal/graphics",
	ebitengine + "/internal/graphicscommand", ebitengine + "/internal/graphicsdriver/...", ebitengine + "/internal/ui",
}

// browser is the environment in which the go command compiles for one.
var browser = []string{"GOOS=js", "GOARCH=wasm"}

// PageParts are the [Parts] of the page's programs.
func PageParts(ctx context.Context) ([]Part, error) {
	var folders []string
	for _, name := range Programs {
		folders = append(folders, "./wasm/"+name)
	}
	return Parts(ctx, browser, folders...)
}

// compile builds a program of the module, by its slashed folder, for the browser.
func (g goTool) compile(ctx context.Context, name, to string, progress io.Writer) error {
	fmt.Fprintf(progress, "Compiling %s\n", name)
	args := []string{"build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", to, "-gcflags=all=-l"}
	for _, p := range inlined {
		args = append(args, "-gcflags="+p+"=")
	}
	if g.modfile != "" {
		args = append(args, "-modfile="+g.modfile, "-overlay="+g.overlay)
	}
	cmd := exec.CommandContext(ctx, "go", append(args, "./"+name)...)
	cmd.Dir = g.module
	cmd.Env = append(append(os.Environ(), browser...), "GOEXPERIMENT="+experiments, "CGO_ENABLED=0", "GOFLAGS=",
		"GOWORK=off")
	var messages bytes.Buffer
	cmd.Stdout, cmd.Stderr = &messages, &messages
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s does not compile: %w\n%s", name, err, bytes.TrimSpace(messages.Bytes()))
	}
	return nil
}

// Program builds one program, by its slashed folder, as the page's are built, into dir/NAME.wasm, beside the
// wasm_exec.js that starts it.
func Program(ctx context.Context, name, dir string, progress io.Writer) error {
	g, err := findGo(ctx)
	if err != nil {
		return err
	}
	if err := copyFile(filepath.Join(g.root, "lib", "wasm", "wasm_exec.js"),
		filepath.Join(dir, "wasm_exec.js")); err != nil {
		return err
	}
	return g.compile(ctx, name, filepath.Join(dir, path.Base(name)+".wasm"), progress)
}
