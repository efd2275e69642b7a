package durable

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"runtime"
	"syscall"
)

// Disk is what is asked of a disk in order to change it. Tests put another in the place of the machine's: one that is
// full, or one that loses its power. Modes of new files and folders are the umask's choice.
type Disk interface {
	Create(path string) (Handle, error) // a new file; errs where something has that name
	Mkdir(path string) error
	Rename(from, to string) error
	Remove(path string) error // a file, or an empty folder
	Sync(path string) error   // the content of a file, or the names in a folder
}

// Handle is a new file that is open for writing.
type Handle interface {
	io.WriteCloser
	Sync() error
}

// disk is what this package writes to.
var disk Disk = machine{}

// Use puts another disk in the place of the machine's, for a test, which calls back when it is done.
func Use(d Disk) (back func()) {
	was := disk
	disk = d
	return func() { disk = was }
}

// Current is the disk that is in use: the machine's but in a test.
func Current() Disk { return disk }

type machine struct{}

func (machine) Create(path string) (Handle, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
}
func (machine) Mkdir(path string) error      { return os.Mkdir(path, 0o777) }
func (machine) Rename(from, to string) error { return os.Rename(from, to) }
func (machine) Remove(path string) error     { return os.Remove(path) }

func (machine) Sync(path string) error {
	flag := os.O_RDONLY
	if runtime.GOOS == "windows" {
		if info, err := os.Stat(path); err != nil || info.IsDir() {
			return err // folders need no syncing there, and cannot be opened for it
		}
		flag = os.O_RDWR
	}
	f, err := os.OpenFile(path, flag, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	// Some file systems know no syncing of a folder.
	if err := f.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, syscall.EINVAL) {
		return err
	}
	return nil
}

// cannot says what cannot be written, and why; the name that an error speaks of may be a temporary one.
func cannot(path string, err error) error {
	var at *fs.PathError
	var link *os.LinkError
	var within *Error
	switch {
	case errors.As(err, &within):
		err = within.Err
	case errors.As(err, &at):
		err = at.Err
	case errors.As(err, &link):
		err = link.Err
	}
	return &Error{path, err}
}

// Error says what cannot be written, and why.
type Error struct {
	Path string
	Err  error
}

// Error leaves out the folders that have their name only until they are whole.
func (e *Error) Error() string {
	path := unfinishedWithin.ReplaceAllString(e.Path, "$1")
	return path + " cannot be written: " + e.Err.Error()
}

// Unwrap gives the reason.
func (e *Error) Unwrap() error { return e.Err }
