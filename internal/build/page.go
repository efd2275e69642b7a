// Package build makes the page: a folder of static files that any host can publish under any path. It compiles the two browser
// programs, gathers what the browser loads beside them, compresses, and lists sizes. It serves nothing and draws nothing.
package build

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Programs are the two programs of the page, compiled from wasm/NAME to wasm/NAME.wasm.
var Programs = []string{"trainer", "lab"}

// Page builds the page of the module that the working directory is in, and puts it in dir, all at once: until everything is
// there the old page stays. dir must be missing, empty, or a page built before. Without compressed siblings it is built in half the time,
// for one's own machine. What is going on is written to progress.
func Page(ctx context.Context, dir string, compressed bool, progress io.Writer) error {
	if err := replaceable(dir); err != nil {
		return err
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp(filepath.Dir(dir), ".page-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)

	page := filepath.Join(work, "new")
	g, err := findGo(ctx)
	if err != nil {
		return err
	}
	if err := gather(g, page); err != nil {
		return err
	}
	if err := g.lighten(ctx, filepath.Join(work, "ebitengine")); err != nil {
		return err
	}
	var folders []string
	for _, name := range Programs {
		folders = append(folders, "./wasm/"+name)
		if err := g.compile(ctx, "wasm/"+name, filepath.Join(page, "wasm", name+".wasm"), progress); err != nil {
			return err
		}
	}
	if err := g.notices(ctx, filepath.Join(page, NoticesName), browser, folders...); err != nil {
		return err
	}
	m, err := list(page)
	if err != nil {
		return err
	}
	if compressed {
		if err := m.compress(ctx, page, dir, progress); err != nil {
			return err
		}
	}
	if err := m.write(page); err != nil {
		return err
	}
	if err := swap(page, dir, filepath.Join(work, "old")); err != nil {
		return err
	}
	m.summary(progress, dir)
	return nil
}

// report is the folder in site/ that becomes one of its own in the page, where it is linked to; it need not be there.
const report = "report"

// gather copies what is not compiled: index.html, site/, the report, and the Go distribution's wasm_exec.js.
func gather(g goTool, page string) error {
	if err := copyFile(filepath.Join(g.module, "index.html"), filepath.Join(page, "index.html")); err != nil {
		return err
	}
	site := filepath.Join(g.module, "site")
	err := filepath.WalkDir(site, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || d.Name()[0] == '.' {
			return err
		}
		rel, err := filepath.Rel(g.module, path)
		if err != nil {
			return err
		}
		if inside, ok := strings.CutPrefix(rel, filepath.Join("site", report)+string(filepath.Separator)); ok {
			rel = filepath.Join(report, inside)
		}
		return copyFile(path, filepath.Join(page, rel))
	})
	if err != nil {
		return err
	}
	return copyFile(filepath.Join(g.root, "lib", "wasm", "wasm_exec.js"), filepath.Join(page, "wasm", "wasm_exec.js"))
}

// replaceable refuses a folder with files that no build of the page put there.
func replaceable(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, ManifestName)); err != nil {
		return fmt.Errorf("%s holds files but no %s: it is not a page built before, and stays as it is", dir, ManifestName)
	}
	return nil
}

// swap puts page in the place of dir, whose old contents go to old.
func swap(page, dir, old string) error {
	if err := os.Rename(dir, old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(page, dir); err != nil {
		return errors.Join(err, os.Rename(old, dir))
	}
	return os.Chmod(dir, 0o755)
}

func copyFile(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o644)
}
