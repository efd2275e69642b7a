// Package cut tries what package durable promises: it cuts the power at each step of a piece of work, or fills the disk
// at each, and shows what is found then. It is for tests, and writes nothing but what they ask for.
package cut

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/durable"
)

// Power does work in a folder that prepare has filled, and gives look a copy of the folder as it may be found when the
// power is cut, after each change that the work makes on the disk: with all that was changed so far, as after a killed
// program; with the names but not the content of what was not synced, or half of that; and with any choice of the names
// that no sync of their folder has made safe.
func Power(t *testing.T, prepare func(dir string), work func(dir string) error, look func(dir, when string)) {
	t.Helper()
	root := t.TempDir()
	prepare(root)
	d := &recorder{Disk: durable.Current(), root: root, top: load(t, root), seen: map[string]bool{}}
	d.remember("before")
	back := durable.Use(d)
	err := work(root)
	back()
	require.NoError(t, err)
	require.NoError(t, d.err)
	final := d.top.tree(func(n *node) []byte { return n.synced }, nil)
	d.states = append(d.states, state{final, AfterTheEnd})
	for i, s := range d.states {
		dir := filepath.Join(t.TempDir(), fmt.Sprint(i))
		require.NoError(t, s.lay(dir))
		look(dir, fmt.Sprintf("the power was cut %s (state %d of %d)", s.when, i+1, len(d.states)))
		require.NoError(t, os.RemoveAll(dir))
	}
}

// AfterTheEnd is in what look is told of the last state: that of the finished work, of which nothing may be missing.
const AfterTheEnd = "after the end"

// node is a file or a folder as the disk and as the running machine know it.
type node struct {
	folder        bool
	synced, data  []byte           // of a file
	names         map[string]*node // of a folder
	kept, pending []change         // of its names: those made safe, those that may be lost
}

// change is a name that is given to a node, or taken from all; a rename also takes the old one.
type change struct {
	in   *node
	name string
	to   *node // nil where the name is gone
	from *change
	step int // at which it was made
}

func (c change) apply(names map[*node]map[string]*node) {
	if c.from != nil {
		delete(names[c.from.in], c.from.name)
	}
	if c.to == nil {
		delete(names[c.in], c.name)
		return
	}
	if names[c.in] == nil {
		names[c.in] = map[string]*node{}
	}
	names[c.in][c.name] = c.to
}

// load is a folder, all of it safe.
func load(t *testing.T, path string) *node {
	info, err := os.Lstat(path)
	require.NoError(t, err)
	if !info.IsDir() {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		return &node{data: data, synced: data}
	}
	n := &node{folder: true, names: map[string]*node{}}
	entries, err := os.ReadDir(path)
	require.NoError(t, err)
	for _, e := range entries {
		child := load(t, filepath.Join(path, e.Name()))
		n.names[e.Name()] = child
		n.kept = append(n.kept, change{in: n, name: e.Name(), to: child})
	}
	return n
}

// recorder does everything on the machine's disk too, and keeps every state that it can be found in.
type recorder struct {
	durable.Disk
	root   string
	top    *node
	states []state
	seen   map[string]bool
	step   int
	err    error
}

// state is the files of a folder by path; folders end with a slash.
type state struct {
	files map[string][]byte
	when  string
}

func (s state) lay(dir string) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	var paths []string
	for path := range s.files {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for _, path := range paths {
		to := filepath.Join(dir, path)
		var err error
		if strings.HasSuffix(path, "/") {
			err = os.Mkdir(to, 0o755)
		} else {
			err = os.WriteFile(to, s.files[path], 0o644)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// find is the node of a path.
func (d *recorder) find(path string) *node {
	rel, err := filepath.Rel(d.root, path)
	n := d.top
	if err == nil && rel != "." {
		for part := range strings.SplitSeq(filepath.ToSlash(rel), "/") {
			if n = n.names[part]; n == nil {
				break
			}
		}
	}
	if n == nil && d.err == nil {
		d.err = fmt.Errorf("%s is not in %s", path, d.root)
	}
	return n
}

// change notes a change of names.
func (d *recorder) change(what, path string, to *node, from string) {
	in := d.find(filepath.Dir(path))
	if in == nil {
		return
	}
	c := change{in: in, name: filepath.Base(path), to: to, step: d.step}
	if from != "" {
		old := d.find(filepath.Dir(from))
		c.to = d.find(from)
		c.from = &change{in: old, name: filepath.Base(from)}
	}
	now := map[*node]map[string]*node{in: in.names}
	if c.from != nil {
		now[c.from.in] = c.from.in.names
	}
	c.apply(now)
	in.pending = append(in.pending, c)
	d.remember(what + " of " + filepath.Base(path))
}

func (d *recorder) Create(path string) (durable.Handle, error) {
	h, err := d.Disk.Create(path)
	if err != nil {
		return nil, err
	}
	n := &node{}
	d.change("creation", path, n, "")
	return &handle{h, d, n, path}, nil
}

func (d *recorder) Mkdir(path string) error {
	err := d.Disk.Mkdir(path)
	if err == nil {
		d.change("making", path, &node{folder: true, names: map[string]*node{}}, "")
	}
	return err
}

func (d *recorder) Rename(from, to string) error {
	err := d.Disk.Rename(from, to)
	if err == nil {
		d.change("renaming", to, nil, from)
	}
	return err
}

func (d *recorder) Remove(path string) error {
	err := d.Disk.Remove(path)
	if err == nil {
		d.change("removal", path, nil, "")
	}
	return err
}

func (d *recorder) Sync(path string) error {
	err := d.Disk.Sync(path)
	if n := d.find(path); err == nil && n != nil {
		n.sync()
		d.remember("sync of " + filepath.Base(path))
	}
	return err
}

func (n *node) sync() {
	n.synced = n.data
	n.kept, n.pending = append(n.kept, n.pending...), nil
}

type handle struct {
	durable.Handle
	d    *recorder
	n    *node
	path string
}

func (h *handle) Write(p []byte) (int, error) {
	n, err := h.Handle.Write(p)
	h.n.data = append(slices.Clip(h.n.data), p[:n]...)
	h.d.remember("writing of " + filepath.Base(h.path))
	return n, err
}

func (h *handle) Sync() error {
	err := h.Handle.Sync()
	if err == nil {
		h.n.sync()
		h.d.remember("sync of " + filepath.Base(h.path))
	}
	return err
}
