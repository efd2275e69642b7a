package serve

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// files is where what is served lies.
type files interface {
	// open is a regular file by its slashed name; nil where there is none.
	open(name string) *file
}

// file is one that can be handed out. Its tag is another as soon as its content is; the time is zero where it is not
// known.
type file struct {
	io.ReadSeekCloser
	tag      string
	modified time.Time
}

// tree is a folder. It serves what that holds now: a page that is built anew takes the place of the one before as a
// whole.
type tree string

// openTree errs where there is no such folder.
func openTree(dir string) (tree, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return "", fmt.Errorf("the folder to serve: %w", err)
	}
	return tree(dir), root.Close()
}

// open opens nothing that a link leads to outside. A pipe would not open before somebody writes to it.
func (d tree) open(name string) *file {
	root, err := os.OpenRoot(string(d))
	if err != nil {
		return nil
	}
	defer root.Close()
	name = filepath.FromSlash(name)
	if info, err := root.Stat(name); err != nil || !info.Mode().IsRegular() || d.leadsToHidden(name) {
		return nil
	}
	f, err := root.Open(name)
	if err != nil {
		return nil
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		f.Close()
		return nil
	}
	return &file{f, tagOf(info), info.ModTime()}
}

func tagOf(info fs.FileInfo) string {
	return fmt.Sprintf("%x-%x", info.ModTime().UnixNano(), info.Size())
}

// leadsToHidden reports whether links make a name one of a file that is not handed out.
func (d tree) leadsToHidden(name string) bool {
	file, err := filepath.EvalSymlinks(filepath.Join(string(d), name))
	dir, without := filepath.EvalSymlinks(string(d))
	if err != nil || without != nil {
		return true
	}
	within, err := filepath.Rel(dir, file)
	return err != nil || hidden(filepath.ToSlash(within))
}
