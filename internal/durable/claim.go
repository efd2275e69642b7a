package durable

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// lockName is the lock of a folder; that of a file in it ends with the file's name.
const lockName = prefix + "lock"

// Claim is the right to write into a folder, which one program has at a time. Over files that are there already it
// extends only where this program wrote them and nobody changed them since: a list of them, with their hashes, lies in
// the folder.
type Claim struct {
	dir  string
	lock *lock
	made []string // folders that were not there before
	list manifest
}

// Take claims a folder for files of a kind, makes it where it is missing, tries whether it can be written, and removes
// what programs of ours that are gone left unfinished. It errs where another program holds the claim, where the folder
// holds files of another kind of ours, and where nothing can be written; kind "" is that of files which are never
// replaced. Two names of one folder are one folder.
func Take(dir, kind string) (*Claim, error) {
	made, err := mkdirAll(dir)
	c := &Claim{dir: dir, made: made}
	if err != nil {
		c.Release()
		return nil, err
	}
	if c.lock, err = acquire(filepath.Join(dir, lockName)); err != nil {
		c.Release()
		if errors.Is(err, errHeld) {
			return nil, fmt.Errorf("another run of this program is writing into %s at this moment; wait for its end, "+
				"or choose another folder", dir)
		}
		return nil, cannot(dir, err)
	}
	Sweep(dir)
	c.list = readManifest(dir)
	if c.list.Kind != "" && kind != "" && c.list.Kind != kind {
		c.Release()
		return nil, fmt.Errorf("%s holds the files of a %s; for those of a %s choose another folder", dir,
			c.list.Kind, kind)
	}
	if kind != "" {
		c.list.Kind = kind
	}
	if err := probe(dir); err != nil {
		c.Release()
		return nil, cannot(dir, err)
	}
	return c, nil
}

// probe finds out whether a file can be written, synced and removed.
func probe(dir string) error {
	t, err := newTemporary(dir)
	if err != nil {
		return err
	}
	defer t.end()
	return fill(t.path(), func(w io.Writer) error {
		_, err := w.Write([]byte("probe"))
		return err
	})
}

// Release gives the claim up. Folders that were made for it and hold nothing are removed.
func (c *Claim) Release() {
	if c.lock != nil {
		c.lock.release()
	}
	for _, dir := range c.made {
		if disk.Remove(dir) != nil {
			break
		}
	}
	c.lock, c.made = nil, nil
}

// Dir is the folder.
func (c *Claim) Dir() string { return c.dir }

// Output is a file that shall be written: its name within the folder, or within one below that is there, and its
// content.
type Output struct {
	Name  string
	Write func(io.Writer) error
}

// Check errs where one of the names is taken by what this program did not write, or what was changed since: better said
// before work than after.
func (c *Claim) Check(names ...string) error {
	for _, name := range names {
		if _, err := c.ours(name); err != nil {
			return err
		}
	}
	return nil
}

// ours is the hash of the file of a name, empty where there is none. It errs where that is not ours.
func (c *Claim) ours(name string) (string, error) {
	path := filepath.Join(c.dir, name)
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	} else if err != nil {
		return "", cannot(path, err)
	}
	if info.Mode().IsRegular() && c.list.knows(name) {
		sum, err := hashed(path)
		if err != nil {
			return "", cannot(path, err)
		}
		if c.list.has(name, sum) {
			return sum, nil
		}
		return "", fmt.Errorf("%s holds %s already, and it was changed since this program wrote it; nothing is "+
			"overwritten", c.dir, name)
	}
	return "", fmt.Errorf("%s holds %s already, which this program did not write; nothing is overwritten", c.dir, name)
}

// equal reports whether a file has a hash, whoever wrote it.
func (c *Claim) equal(name, sum string) bool {
	path := filepath.Join(c.dir, name)
	if replaceable(path) != nil {
		return false
	}
	there, err := hashed(path)
	return err == nil && there == sum
}

// Write puts files into the folder, each whole: first all of them are written under other names, then they get theirs,
// in order. On an error before that all stays as it was. What somebody else left under a name is kept where it is the
// same to the byte, and else refused.
func (c *Claim) Write(files ...Output) error {
	var done []*temporary
	defer func() {
		for _, t := range done {
			t.end()
		}
	}()
	list := c.list.clone()
	for _, f := range files {
		path := filepath.Join(c.dir, f.Name)
		t, err := newTemporary(c.dir)
		if err != nil {
			return cannot(path, err)
		}
		done = append(done, t)
		sum := sha256.New()
		err = fill(t.path(), func(w io.Writer) error { return f.Write(io.MultiWriter(w, sum)) })
		if within := (*Error)(nil); errors.As(err, &within) {
			return cannot(path, err)
		} else if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		now := hex.EncodeToString(sum.Sum(nil))
		was, err := c.ours(f.Name)
		if err != nil && !c.equal(f.Name, now) {
			return err
		}
		list.put(f.Name, was, now)
	}
	// Before the names, so that whenever it ends each file is one that the list knows.
	if err := list.write(c.dir); err != nil {
		return cannot(c.dir, err)
	}
	c.list = list
	for i, f := range files {
		if err := disk.Rename(done[i].path(), filepath.Join(c.dir, f.Name)); err != nil {
			return cannot(filepath.Join(c.dir, f.Name), err)
		}
		// one after the other: the first may be what the others are known by
		if err := disk.Sync(filepath.Dir(filepath.Join(c.dir, f.Name))); err != nil {
			return cannot(c.dir, err)
		}
	}
	if !c.list.settle(files) {
		return nil
	}
	if err := c.list.write(c.dir); err != nil {
		return cannot(c.dir, err)
	}
	return nil
}

// Remove removes files that this program wrote; those that are not there are none.
func (c *Claim) Remove(names ...string) error {
	for _, name := range names {
		if sum, err := c.ours(name); err != nil {
			return err
		} else if sum == "" {
			continue
		}
		if err := disk.Remove(filepath.Join(c.dir, name)); err != nil {
			return cannot(filepath.Join(c.dir, name), err)
		}
	}
	return nil
}

// TakeFile claims one file, which may be missing: nobody else of ours writes it meanwhile. It tries whether there is
// room for it. Whether a file that is there may be replaced is the caller's to know; a link never is.
func TakeFile(path string) (release func(), err error) {
	dir := filepath.Dir(path)
	if err := Replaceable(path); err != nil {
		return nil, err
	}
	l, err := acquire(filepath.Join(dir, lockName+"-"+filepath.Base(path)))
	if errors.Is(err, errHeld) {
		return nil, fmt.Errorf("another run of this program is writing %s at this moment", path)
	} else if err != nil {
		return nil, cannot(path, err)
	}
	Sweep(dir)
	if err := probe(dir); err != nil {
		l.release()
		return nil, cannot(path, err)
	}
	return l.release, nil
}
