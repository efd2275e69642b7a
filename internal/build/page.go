// Package build makes the page: a folder of static files that any host can publish under any path. It compiles the two
// browser programs, gathers what the browser loads beside them, compresses, and lists sizes. It serves nothing and
// draws nothing.
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

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/internal/site"
)

// Programs are the two programs of the page, compiled from wasm/NAME to wasm/NAME.wasm.
var Programs = []string{"trainer", "lab"}

// Page builds the page of the module that the working directory is in, and puts it in dir, all at once: until
// everything is there the old page stays. dir must be missing, empty, or a page built before. Without compressed
// siblings it is built in half the time, for one's own machine. What is going on is written to progress.
func Page(ctx context.Context, dir string, compressed bool, progress io.Writer) error {
	if err := replaceable(dir); err != nil {
		return err
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	g, err := findGo(ctx)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "sparkling-build-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if err := g.lighten(ctx, work); err != nil {
		return err
	}
	var m Manifest
	err = durable.Swap(dir, func(page string) error {
		m, err = g.fill(ctx, page, dir, compressed, progress)
		return err
	})
	if err == nil {
		m.summary(progress, dir)
	}
	return err
}

// fill puts a page into a folder; siblings of what has not changed are taken from the old one.
func (g goTool) fill(ctx context.Context, page, old string, compressed bool, progress io.Writer) (m Manifest,
	err error) {
	if err := gather(g, page); err != nil {
		return m, err
	}
	slides, err := g.slides(page, progress)
	if err != nil {
		return m, err
	}
	if err := site.Write(g.module, page); err != nil {
		return m, err
	}
	var folders []string
	for _, name := range Programs {
		folders = append(folders, "./wasm/"+name)
		if err := g.compile(ctx, "wasm/"+name, filepath.Join(page, "wasm", name+".wasm"), progress); err != nil {
			return m, err
		}
	}
	if err := g.notices(ctx, filepath.Join(page, NoticesName), slides, browser, folders...); err != nil {
		return m, err
	}
	if m, err = list(page); err != nil {
		return m, err
	}
	if compressed {
		if err := m.compress(ctx, page, old, progress); err != nil {
			return m, err
		}
	}
	return m, m.write(page)
}

// report is the folder in site/ that becomes one of its own in the page, where it is linked to; it need not be there.
const report = "report"

// animations is the folder of moving pictures. The Lab shows none.
const animations = "site/animation"

// figures is the folder of the figures in the documents.
const figures = "site/figures"

// gather copies what is not compiled: index.html, site/, the report, and the Go distribution's wasm_exec.js.
func gather(g goTool, page string) error {
	if err := copyFile(filepath.Join(g.module, "index.html"), filepath.Join(page, "index.html")); err != nil {
		return err
	}
	err := filepath.WalkDir(filepath.Join(g.module, "site"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || d.Name()[0] == '.' {
			return err
		}
		rel, err := filepath.Rel(g.module, path)
		if err != nil || site.IsText(filepath.ToSlash(rel)) {
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

// replaceable refuses a folder with files that no build of the page put there, or that were changed since.
func replaceable(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	m, err := Read(dir)
	if err != nil {
		return fmt.Errorf("%s holds files but no %s: it is not a page built before, and stays as it is", dir,
			ManifestName)
	}
	there, err := list(dir)
	if err != nil {
		return err
	}
	for path, file := range there.Files {
		was, known := m.Files[path]
		of, sibling := m.Files[strings.TrimSuffix(path, filepath.Ext(path))]
		switch end := filepath.Ext(path); {
		case path == ManifestName, known && was.SHA256 == file.SHA256,
			sibling && (end == ".gz" && of.Gzip == file.Bytes || end == ".br" && of.Brotli == file.Bytes):
		default:
			return fmt.Errorf("%s holds %s, which is not as a build of the page left it; everything "+
				"stays as it is", dir, path)
		}
	}
	return nil
}

// copyFolder copies the regular files of a folder, and of those in it.
func copyFolder(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		return copyFile(path, filepath.Join(to, rel))
	})
}

func copyFile(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := durable.MkdirAll(filepath.Dir(to)); err != nil {
		return err
	}
	return durable.WriteBytes(to, data)
}
