package build

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Part is something that programs are made of: a module, or Go itself.
type Part struct {
	Path    string   // of the module; what a part without one is called
	Version string   // of the module
	Sum     string   // of its content, as go.sum has it
	Files   []string // with its terms
	Needs   []string // paths of the other modules whose packages its packages import, sorted
}

// name is what the part is called.
func (p Part) name() string { return strings.TrimSpace(p.Path + " " + p.Version) }

// Parts are the modules that programs of the module in the working directory are made of, by name, where env says what
// they are compiled for: first that module itself, and Go.
func Parts(ctx context.Context, env []string, programs ...string) ([]Part, error) {
	g, err := findGo(ctx)
	if err != nil {
		return nil, err
	}
	return g.parts(ctx, env, programs)
}

// listed is what go list says of a package.
type listed struct {
	Dir, ImportPath string
	Imports         []string
	Module          *struct {
		Path, Version, Sum, Dir string
		Main                    bool
	}
}

func (g goTool) packages(ctx context.Context, env, programs []string) (all []listed, err error) {
	cmd := exec.CommandContext(ctx, "go", append([]string{"list", "-deps",
		"-json=Dir,ImportPath,Imports,Module"}, programs...)...)
	cmd.Dir, cmd.Env = g.module, append(os.Environ(), env...)
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("what %s is made of: %w", strings.Join(programs, " and "), err)
	}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var pkg listed
		if err := d.Decode(&pkg); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		all = append(all, pkg)
	}
}

func (g goTool) parts(ctx context.Context, env, programs []string) ([]Part, error) {
	packages, err := g.packages(ctx, env, programs)
	if err != nil {
		return nil, err
	}
	ours := Part{Path: "SPARKLING Lab", Files: []string{filepath.Join(g.module, "LICENSE")}}
	language := Part{Path: "Go: its runtime, its library and, in a browser, wasm_exec.js"}
	if language.Files, err = found(g.root); err != nil {
		return nil, err
	}
	byPath, of := map[string]*Part{}, map[string]*Part{}
	for _, pkg := range packages {
		m := pkg.Module
		if m == nil {
			continue
		}
		if m.Main {
			of[pkg.ImportPath] = &ours
			continue
		}
		p := byPath[m.Path]
		if p == nil {
			p = &Part{Path: m.Path, Version: m.Version, Sum: m.Sum}
			byPath[m.Path] = p
		}
		of[pkg.ImportPath] = p
		files, err := along(pkg.Dir, m.Dir)
		if err != nil {
			return nil, err
		}
		for _, rel := range further[m.Path] {
			files = append(files, filepath.Join(m.Dir, filepath.FromSlash(rel)))
		}
		p.Files = append(p.Files, files...)
	}
	for _, pkg := range packages {
		for _, imported := range pkg.Imports {
			if from, to := of[pkg.ImportPath], of[imported]; from != nil && to != nil && from != to {
				from.Needs = append(from.Needs, to.Path)
			}
		}
	}
	parts := []Part{ours, language}
	for _, path := range slices.Sorted(maps.Keys(byPath)) {
		parts = append(parts, *byPath[path])
	}
	for i := range parts {
		p := &parts[i]
		for _, list := range []*[]string{&p.Files, &p.Needs} {
			slices.Sort(*list)
			*list = slices.Compact(*list)
		}
		if len(p.Files) == 0 {
			return nil, fmt.Errorf("%s says nowhere on which terms it may be passed on", p.name())
		}
	}
	return parts, nil
}

// along are the files with terms in a folder and those above it, up to top.
func along(dir, top string) (files []string, err error) {
	for {
		here, err := found(dir)
		if err != nil {
			return nil, err
		}
		files = append(files, here...)
		if dir == top || len(dir) <= len(top) {
			return files, nil
		}
		dir = filepath.Dir(dir)
	}
}

// found are the files with terms in a folder.
func found(dir string) (files []string, err error) {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if e.Type().IsRegular() && terms.MatchString(e.Name()) && filepath.Ext(e.Name()) != ".go" {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	return files, err
}
