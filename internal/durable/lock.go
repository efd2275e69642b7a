package durable

import (
	"errors"
	"os"
	"runtime"

	"github.com/gofrs/flock"
)

// errHeld is returned for a lock that a living program holds.
var errHeld = errors.New("another program is writing there at this moment")

// lock is a file that one open program holds. The system gives it back when the program ends, however that ends; the
// file that may be left is no lock.
type lock struct{ f *flock.Flock }

// acquire takes a lock or returns errHeld. Where a file system knows no locks there are none, and everybody goes on.
func acquire(path string) (*lock, error) {
	for {
		if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
			return nil, errors.New(path + " is there, and is not a file")
		}
		f := flock.New(path, flock.SetPermissions(0o666))
		ok, err := f.TryLock()
		switch {
		case errors.Is(err, errors.ErrUnsupported):
			return &lock{}, nil
		case err != nil:
			return nil, err
		case !ok:
			return nil, errors.Join(errHeld, f.Close())
		}
		// Whoever held it before may have removed the file between its opening here and the lock.
		held, err := f.Stat()
		if there, e := os.Stat(path); err == nil && e == nil && os.SameFile(held, there) {
			return &lock{f}, nil
		}
		if err := f.Close(); err != nil {
			return nil, err
		}
	}
}

// release gives a lock back; what cannot be removed is no lock either.
func (l *lock) release() {
	if l.f == nil {
		return
	}
	if runtime.GOOS != "windows" { // where no open file can be removed
		_ = os.Remove(l.f.Path())
		_ = l.f.Close()
		return
	}
	_ = l.f.Close()
	_ = os.Remove(l.f.Path())
}
