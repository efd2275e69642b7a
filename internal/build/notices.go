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
	"regexp"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/internal/durable"
)

// NoticesName is the file, relative to the page's folder, that holds the licences of all that the page is made of.
const NoticesName = "notices.txt"

// terms are the names of files that a licence asks to be passed on with a program.
var terms = regexp.MustCompile(`(?i)^(licen[cs]e|copying|copyright|notice|patents)\b`)

// further are files with terms of their own under another name, by module: those of the fonts that the pictures are
// lettered with.
var further = map[string][]string{"golang.org/x/image": {"font/gofont/ttfs/README"}}

// part is something that a program is made of, and the files with its terms.
type part struct {
	name  string
	files []string
}

// Notices writes to a file the licences of everything that the native program of the module in the working directory is
// made of.
func Notices(ctx context.Context, to string) error {
	g, err := findGo(ctx)
	if err != nil {
		return err
	}
	return g.notices(ctx, to, "", nil, ".")
}

// notices writes the licences of what programs are made of, by their folders, where env says what they are compiled
// for. Of what comes along with them, further has the licences.
func (g goTool) notices(ctx context.Context, to, further string, env []string, programs ...string) error {
	parts, err := g.parts(ctx, env, programs)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	b.WriteString("What this program is made of, and on which terms.\n")
	for _, p := range parts {
		fmt.Fprintf(&b, "\n\n%s\n%s\n", p.name, strings.Repeat("=", len(p.name)))
		for _, path := range p.files {
			data, err := os.ReadFile(path)
			if err != nil {
				return fmt.Errorf("the terms of %s: %w", p.name, err)
			}
			fmt.Fprintf(&b, "\n%s\n", bytes.TrimSpace(data))
		}
	}
	b.WriteString(further)
	return durable.WriteBytes(to, b.Bytes())
}

// parts are the module itself, Go, and the other modules by name.
func (g goTool) parts(ctx context.Context, env, programs []string) ([]part, error) {
	cmd := exec.CommandContext(ctx, "go", append([]string{"list", "-deps", "-json=Dir,Module"}, programs...)...)
	cmd.Dir, cmd.Env = g.module, append(os.Environ(), env...)
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("what %s is made of: %w", strings.Join(programs, " and "), err)
	}
	ours := part{"SPARKLING Lab", []string{filepath.Join(g.module, "LICENSE")}}
	language := part{name: "Go: its runtime, its library and, in a browser, wasm_exec.js"}
	if language.files, err = found(g.root); err != nil {
		return nil, err
	}
	byName := map[string]*part{}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var pkg struct {
			Dir    string
			Module *struct {
				Path, Version, Dir string
				Main               bool
			}
		}
		if err := d.Decode(&pkg); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		m := pkg.Module
		if m == nil || m.Main {
			continue
		}
		if byName[m.Path] == nil {
			byName[m.Path] = &part{name: m.Path + " " + m.Version}
		}
		files, err := along(pkg.Dir, m.Dir)
		if err != nil {
			return nil, err
		}
		for _, rel := range further[m.Path] {
			files = append(files, filepath.Join(m.Dir, filepath.FromSlash(rel)))
		}
		p := byName[m.Path]
		p.files = append(p.files, files...)
	}
	parts := []part{ours, language}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		p := byName[name]
		slices.Sort(p.files)
		p.files = slices.Compact(p.files)
		parts = append(parts, *p)
	}
	for _, p := range parts {
		if len(p.files) == 0 {
			return nil, fmt.Errorf("%s says nowhere on which terms it may be passed on", p.name)
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
