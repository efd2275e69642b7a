package build

import (
	"bytes"
	"cmp"
	"context"
	_ "embed"
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
// A program with it keeps every exported method of every type for that, whether anybody calls it or not: four tenths of
// a megabyte, compressed.
var templated = []string{"internal/builtinshader/shader.go", "internal/colormshader/shader.go"}

//go:embed template/template.go
var templateSource []byte

// lighten makes compile take an Ebitengine whose shaders are written with our package template instead. What the
// compiler needs for that goes to work.
func (g *goTool) lighten(ctx context.Context, work string) error {
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", ebitengine)
	cmd.Dir = g.module
	out, failed := cmd.Output()
	var from struct{ Dir, Error string }
	if err := json.Unmarshal(out, &from); err != nil || from.Dir == "" {
		return fmt.Errorf("the sources of Ebitengine are not to be had: %w",
			cmp.Or(failed, err, errors.New(from.Error)))
	}
	overlay := map[string]string{}
	at := filepath.Join(g.module, ebitengineAt)
	err := filepath.WalkDir(from.Dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(from.Dir, path)
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
	theirs, ours := []byte(`"text/template"`), []byte(`"`+ebitengine+`/internal/template"`)
	for _, rel := range templated {
		data, err := os.ReadFile(filepath.Join(from.Dir, filepath.FromSlash(rel)))
		if err != nil {
			return err
		}
		if bytes.Count(data, theirs) != 1 {
			return fmt.Errorf("%s of this Ebitengine does not import text/template: the page's copy of it has lost "+
				"its reason", rel)
		}
		if err := put(rel, bytes.Replace(data, theirs, ours, 1)); err != nil {
			return err
		}
	}
	if err := put("internal/template/template.go", templateSource); err != nil {
		return err
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
