package release

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/internal/build"
)

// Check builds a release twice, from copies of the sources of the module in the working directory in two folders with
// names of different lengths and caches of their own, and errs by name where a file of one differs from that of the
// release in dir.
func Check(ctx context.Context, dir string, progress io.Writer) error {
	if err := verify(dir); err != nil {
		return err
	}
	want, err := os.ReadFile(filepath.Join(dir, sumsName))
	if err != nil {
		return err
	}
	module, err := build.Root(ctx)
	if err != nil {
		return err
	}
	for _, name := range []string{"a", "another-folder"} {
		got, err := elsewhere(ctx, module, name, progress)
		if err != nil {
			return err
		}
		if file := firstDifference(string(want), string(got)); file != "" {
			return fmt.Errorf("%s has other bytes where it is built in %s", file, name)
		}
		fmt.Fprintf(progress, "The same bytes from the folder %s\n", name)
	}
	return nil
}

// elsewhere builds a release in a folder of its own, and is its list of sums.
func elsewhere(ctx context.Context, module, name string, progress io.Writer) ([]byte, error) {
	work, err := os.MkdirTemp("", "sparkling-elsewhere-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	sources := filepath.Join(work, name)
	if err := copySources(module, sources); err != nil {
		return nil, err
	}
	ours, err := output(ctx, "go", "env", "GOMODCACHE")
	if err != nil {
		return nil, err
	}
	goroot, err := output(ctx, "go", "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	modules := filepath.Join(work, "modules")
	defer func() { // its folders cannot be written, and so not be removed
		clean := exec.Command("go", "clean", "-modcache")
		clean.Env = append(os.Environ(), "GOMODCACHE="+modules)
		_ = clean.Run()
	}()
	cmd := exec.CommandContext(ctx, "make", "-C", sources, "release", "GOTOOLCHAIN=local")
	cmd.Env = append(os.Environ(), "PATH="+filepath.Join(goroot, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"),
		"GOCACHE="+filepath.Join(work, "cache"), "GOMODCACHE="+modules,
		"GOPROXY=file://"+filepath.ToSlash(filepath.Join(ours, "cache", "download")))
	cmd.Stdout, cmd.Stderr = progress, progress
	fmt.Fprintf(progress, "Building in the folder %s\n", name)
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("make release in the folder %s: %w", name, err)
	}
	return os.ReadFile(filepath.Join(sources, "bin", "release", sumsName))
}

// builtBefore are the folders of a module that hold no sources of it.
var builtBefore = []string{".git", ".cache", "bin", "dist", "node_modules"}

// copySources copies a module as somebody gets it who has built nothing yet.
func copySources(module, to string) error {
	return filepath.WalkDir(module, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(module, path)
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains(builtBefore, d.Name()):
			return fs.SkipDir
		case d.IsDir():
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		case !d.Type().IsRegular():
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), data, 0o644)
	})
}

// output is what a command says, without the space around it.
func output(ctx context.Context, name string, args ...string) (string, error) {
	var messages bytes.Buffer
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stderr = &messages
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, bytes.TrimSpace(messages.Bytes()))
	}
	return strings.TrimSpace(string(out)), nil
}
