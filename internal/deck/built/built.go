// Package built knows whether slides that were built are those of their sources. It makes none: the build of the page
// asks it, which needs nothing of what slides are made with.
package built

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/internal/durable"
)

// Dir is the folder of the project that slides are built into. Its folders become folders of the page.
const Dir = "bin/slides"

// Notices is the file with the terms of what slides bring along, in [Dir].
const Notices = "notices.txt"

// note is the file that says of which sources the rest was made.
const note = "built.json"

// ErrStale says that the sources have changed since.
var ErrStale = errors.New("the slides were built of other sources than there are now: make slides builds them anew")

// sources are the folders and files that slides are made of: their text, the numbers and figures in it with all that
// computes them, and what lays them out and prints them.
var sources = []string{"go.mod", "internal/browser", "internal/deck", "internal/keys", "internal/lecture",
	"internal/markup", "internal/plain", "internal/report", "internal/site", "internal/typed", "model", "sim",
	"site/animation", "site/handout.css", "site/pages.css", "site/report", "site/slides", "site/teach", "viz/facts",
	"viz/figure", "viz/panel", "viz/story", "viz/style", "viz/valloss", "viz/written"}

// Hash is of all sources in a project's folder, their names and what they hold.
func Hash(root string) (string, error) {
	sum := sha256.New()
	for _, s := range sources {
		err := filepath.WalkDir(filepath.Join(root, filepath.FromSlash(s)), func(path string, d fs.DirEntry,
			err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return nil
			case err != nil:
				return err
			case d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata"):
				return fs.SkipDir
			case !d.Type().IsRegular() || strings.HasSuffix(d.Name(), "_test.go"):
				return nil
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			name, err := filepath.Rel(root, path)
			fmt.Fprintf(sum, "%s %d\n%s", filepath.ToSlash(name), len(data), data)
			return err
		})
		if err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// of is what the note says.
type of struct {
	Sources string `json:"sources"` // their hash
}

// Write notes in a folder of slides which sources they were made of.
func Write(dir, sources string) error {
	data, err := json.Marshal(of{sources})
	if err != nil {
		return err
	}
	return durable.WriteBytes(filepath.Join(dir, note), append(data, '\n'))
}

// Folders are what a page takes of the slides of a project, relative to its [Dir]: none where no slides were built, and
// [ErrStale] where they are of other sources.
func Folders(root string) ([]string, error) {
	dir := filepath.Join(root, filepath.FromSlash(Dir))
	data, err := os.ReadFile(filepath.Join(dir, note))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var was of
	if json.Unmarshal(data, &was) != nil {
		return nil, ErrStale
	}
	now, err := Hash(root)
	if err != nil {
		return nil, err
	}
	if was.Sources != now {
		return nil, ErrStale
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var folders []string
	for _, e := range entries {
		if e.IsDir() {
			folders = append(folders, e.Name())
		}
	}
	return slices.Clip(folders), nil
}
