package build

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

// module is the path of ours, ebitengine that of Ebitengine's, and ebitengineAt the folder in ours where the compiler
// finds the page's copy of it. That folder is there in the compiler's eyes only: what stands in a program does not
// depend on where it was built.
const (
	module       = "github.com/sparkling-lab/sparkling"
	ebitengine   = "github.com/hajimehoshi/ebiten/v2"
	ebitengineAt = ".ebitengine"
)

// templated are the files of Ebitengine that write its own shaders with text/template, which looks methods up by name.
// A program with it keeps every exported method of every type for that, whether anybody calls it or not. Measured with
// go1.27.4 and Ebitengine 2.10.4, the program of the pictures has 2.33 MB with brotli as they are, and 2.01 MB where
// the shaders are written when the page is built: 0.32 of 2.3 MB. The compiler replaces no file of the module cache, so
// the page has a copy of Ebitengine, which differs in these two files.
var templated = []string{"internal/builtinshader/shader.go", "internal/colormshader/shader.go"}

// lighten makes compile take an Ebitengine whose shaders are written before. What the compiler needs for that goes to
// the folder work.
func (g *goTool) lighten(ctx context.Context, work string) error {
	from, err := g.sources(ctx, ebitengine)
	if err != nil {
		return err
	}
	overlay := map[string]string{}
	at := filepath.Join(g.module, ebitengineAt)
	err = filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(from, path)
		overlay[filepath.Join(at, rel)] = path
		return err
	})
	if err != nil {
		return err
	}
	put := func(rel string, data []byte) error {
		to := filepath.Join(work, filepath.FromSlash(rel))
		overlay[filepath.Join(at, filepath.FromSlash(rel))] = to
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		return os.WriteFile(to, data, 0o644)
	}
	for _, rel := range templated {
		data, err := os.ReadFile(filepath.Join(from, filepath.FromSlash(rel)))
		if err != nil {
			return err
		}
		before, err := written(data)
		if err != nil {
			return fmt.Errorf("%s of this Ebitengine is not what the page's copy of it is made from: %w", rel, err)
		}
		if err := put(rel, before); err != nil {
			return err
		}
	}
	replaced, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		return err
	}
	mod, err := os.ReadFile(filepath.Join(g.module, "go.mod"))
	if err != nil {
		return err
	}
	mod = fmt.Appendf(mod, "\nreplace %s => ./%s\n", ebitengine, ebitengineAt)
	g.overlay, g.modfile = filepath.Join(work, "overlay.json"), filepath.Join(work, "go.mod")
	return errors.Join(os.WriteFile(g.overlay, replaced, 0o644), os.WriteFile(g.modfile, mod, 0o644),
		copyFile(filepath.Join(g.module, "go.sum"), filepath.Join(work, "go.sum")))
}

// sources is the folder with the sources of a module that ours needs.
func (g *goTool) sources(ctx context.Context, module string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", module)
	cmd.Dir = g.module
	out, failed := cmd.Output()
	var from struct{ Dir, Error string }
	if err := json.Unmarshal(out, &from); err != nil || from.Dir == "" {
		return "", fmt.Errorf("the sources of %s are not to be had: %w", module,
			cmp.Or(failed, err, errors.New(from.Error)))
	}
	return from.Dir, nil
}
