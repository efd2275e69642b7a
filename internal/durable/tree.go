package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// errNotEmpty is returned for a folder that holds something already.
var errNotEmpty = errors.New("it holds files already; nothing is overwritten")

// Tree fills a folder, which must be empty or not there, with all that write leaves in the folder it is given, or with
// nothing. The folder is claimed meanwhile. Everything is moved in when all of it lies on the disk, the file called
// last at the end: until that is there, nobody takes the rest for the whole. A move that was cut is ended by the next
// [Sweep] or claim.
//
// It is filled from within, so that it may be a mount point, a link to a folder, or the working directory.
func Tree(dir, last string, write func(tmp string) error) error {
	c, err := Take(dir, "")
	if err != nil {
		return err
	}
	defer c.Release()
	if err := Vacant(dir); err != nil {
		return err
	}
	t, err := newTemporary(dir)
	if err != nil {
		return cannot(dir, err)
	}
	defer t.end()
	if err := t.fillFolder(dir, write); err != nil {
		return err
	}
	all := filepath.Join(dir, allPrefix+t.id+"-"+last)
	if err := disk.Rename(t.path(), all); err != nil {
		return cannot(dir, err)
	}
	if err := disk.Sync(dir); err != nil {
		return cannot(dir, err)
	}
	if err := place(all, dir, last); err != nil {
		return cannot(dir, err)
	}
	return nil
}

// fillFolder makes a folder of the temporary, with all that write leaves in it on the disk. Errors call it by the name
// that it will have.
func (t *temporary) fillFolder(name string, write func(tmp string) error) error {
	if err := disk.Mkdir(t.path()); err != nil {
		return cannot(name, err)
	}
	if err := write(t.path()); err != nil {
		return err
	}
	if err := syncAll(t.path()); err != nil {
		return cannot(name, err)
	}
	return nil
}

// place moves what one folder holds into another on the same disk, and removes it. It goes on where it was cut before.
func place(from, to, last string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	move := func(name string) error {
		path := filepath.Join(to, name)
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s is there meanwhile", path)
		}
		return disk.Rename(filepath.Join(from, name), path)
	}
	final := false
	for _, e := range entries {
		if e.Name() == last {
			final = true
			continue
		}
		if err := move(e.Name()); err != nil {
			return err
		}
	}
	if err := disk.Sync(to); err != nil {
		return err
	}
	if final {
		if err := move(last); err != nil {
			return err
		}
		if err := disk.Sync(to); err != nil { // before the folder that it came from is gone
			return err
		}
	}
	if err := disk.Remove(from); err != nil {
		return err
	}
	return disk.Sync(to)
}

// Swap puts a new folder, with all that write leaves in the one it is given, in the place of the one that has the name,
// if there is one; that is removed. Where this is cut between the two the next [Sweep] of the folder above gives the
// old one its name back. Whether it may be replaced is the caller's to know; a link never is.
func Swap(dir string, write func(tmp string) error) error {
	above := filepath.Dir(dir)
	if err := MkdirAll(above); err != nil {
		return err
	}
	Sweep(above)
	if info, err := os.Lstat(dir); err == nil && !info.IsDir() {
		return cannot(dir, errors.New("it is not a folder"))
	}
	t, err := newTemporary(above)
	if err != nil {
		return cannot(dir, err)
	}
	defer t.end()
	if err := t.fillFolder(dir, write); err != nil {
		return err
	}
	old := filepath.Join(above, oldPrefix+t.id+"-"+filepath.Base(dir))
	if err := disk.Rename(dir, old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return cannot(dir, err)
	}
	if err := disk.Rename(t.path(), dir); err != nil {
		return errors.Join(cannot(dir, err), putBack(old, dir))
	}
	if err := disk.Sync(above); err != nil {
		return cannot(dir, err)
	}
	return putBack(old, dir)
}

// putBack gives a folder the name back that it had, or removes it where something else has that.
func putBack(old, dir string) error {
	if _, err := os.Lstat(dir); err == nil {
		return removeAll(old)
	}
	err := disk.Rename(old, dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// syncAll waits until a folder lies on the disk with all that it holds, whoever wrote that.
func syncAll(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		switch {
		case e.IsDir():
			err = syncAll(path)
		case e.Type().IsRegular():
			err = disk.Sync(path)
		}
		if err != nil {
			return err
		}
	}
	return disk.Sync(dir)
}

// Vacant errs unless nothing has that name, or a folder that is empty but for what this package left: where it errs
// [Tree] does. It changes nothing.
func Vacant(dir string) error {
	at := dir
	for {
		there, err := isFolder(at)
		if err != nil {
			return err
		}
		above := filepath.Dir(at)
		if there || above == at {
			break
		}
		at = above
	}
	if at != dir {
		return nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return cannot(dir, err)
	}
	for _, e := range entries {
		if name := e.Name(); name != lockName && !(strings.HasPrefix(name, tmpPrefix) && unfinished.MatchString(name)) {
			return cannot(dir, errNotEmpty)
		}
	}
	return nil
}
