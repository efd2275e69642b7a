package durable

import (
	"bufio"
	"cmp"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// buffer is the number of bytes that are written at once. Four times as many took the kernel three times as long where
// it was measured: memory in one piece of that size has to be looked for.
const buffer = 1 << 16

// File is a new file that is written through a buffer. What was written goes to the disk while more is made.
type File struct {
	*bufio.Writer
	to *behind
}

// Create begins a file where there is none: one within a folder that [Tree] or [WritePath] gave out, for that itself
// appears at once.
func Create(path string) (*File, error) {
	h, err := disk.Create(path)
	if err != nil {
		return nil, cannot(path, err)
	}
	to := &behind{h: h, path: path}
	return &File{bufio.NewWriterSize(to, buffer), to}, nil
}

// Name is the name that the file was made with.
func (f *File) Name() string { return f.to.path }

// Abandon closes a file that nobody will need.
func (f *File) Abandon() {
	_ = f.to.wait()
	_ = f.to.h.Close()
}

// Close ends the file and waits until its content lies on the disk.
func (f *File) Close() error {
	err := cmp.Or(f.Flush(), f.to.wait())
	if err == nil {
		err = f.to.h.Sync()
	}
	if err = cmp.Or(err, f.to.h.Close()); err != nil {
		return cannot(f.to.path, err)
	}
	return nil
}

// WriteFile puts a file in the place of the one that has its name, if there is one: at any instant the old one is there
// or the new one. It errs where something else than a file has the name, a link too. Who writes into a folder of the
// user's [Take]s it first.
func WriteFile(path string, write func(io.Writer) error) error {
	return WritePath(path, func(tmp string) error { return fill(tmp, write) })
}

// WriteBytes is [WriteFile] for what is there already.
func WriteBytes(path string, data []byte) error {
	return WriteFile(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// Remove removes a file, if it is there.
func Remove(path string) error {
	if err := disk.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Rename gives a file a name that nothing has.
func Rename(from, to string) error {
	if _, err := os.Lstat(to); err == nil {
		return cannot(to, fs.ErrExist)
	}
	if err := disk.Rename(from, to); err != nil {
		return err
	}
	return disk.Sync(filepath.Dir(to))
}

// fill makes a file.
func fill(path string, write func(io.Writer) error) error {
	f, err := Create(path)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		f.Abandon()
		return err
	}
	return f.Close()
}

// WritePath is [WriteFile] for what [Create]s the file itself, under the name that it is given.
func WritePath(path string, write func(tmp string) error) error {
	dir := filepath.Dir(path)
	t, err := newTemporary(dir)
	if err != nil {
		return cannot(path, err)
	}
	defer t.end()
	if err := write(t.path()); err != nil {
		if within := (*Error)(nil); errors.As(err, &within) {
			return cannot(path, err)
		}
		return err
	}
	if err := Replaceable(path); err != nil {
		return err
	}
	if err := disk.Rename(t.path(), path); err != nil {
		return cannot(path, err)
	}
	if err := disk.Sync(dir); err != nil {
		return cannot(path, err)
	}
	return nil
}

// replaceable errs where something has a name that is not a file.
func replaceable(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Mode()&fs.ModeSymlink != 0:
		return errors.New("it is a link to something else")
	case !info.Mode().IsRegular():
		return errors.New("it is not a file")
	}
	return nil
}

// Replaceable errs where [WriteFile] would not put a file in the place of what has a name.
func Replaceable(path string) error {
	if err := replaceable(path); err != nil {
		return cannot(path, err)
	}
	return nil
}

// MkdirAll makes a folder and those above it that are missing.
func MkdirAll(dir string) error {
	_, err := mkdirAll(dir)
	return err
}

// mkdirAll says which folders it made, the innermost first.
func mkdirAll(dir string) (made []string, err error) {
	if there, err := isFolder(dir); err != nil || there {
		return nil, err
	}
	above := filepath.Dir(dir)
	if made, err = mkdirAll(above); err != nil {
		return made, err
	}
	if err := disk.Mkdir(dir); err != nil {
		if info, e := os.Stat(dir); e == nil && info.IsDir() {
			return made, nil // somebody else was quicker
		}
		return made, cannot(dir, err)
	}
	made = append([]string{dir}, made...)
	if err := disk.Sync(above); err != nil {
		return made, cannot(dir, err)
	}
	return made, nil
}

// isFolder reports whether a folder has that name, and errs where something else has.
func isFolder(dir string) (bool, error) {
	info, err := os.Stat(dir)
	switch {
	case err == nil && !info.IsDir():
		return false, cannot(dir, errors.New("it is not a folder"))
	case err == nil:
		return true, nil
	case !errors.Is(err, fs.ErrNotExist):
		return false, cannot(dir, err)
	}
	if info, err := os.Lstat(dir); err == nil {
		if info.Mode()&fs.ModeSymlink != 0 {
			return false, cannot(dir, errors.New("it is a link to what is not there"))
		}
		return isFolder(dir) // it came meanwhile
	}
	return false, nil
}
