package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Names of what is not finished: PREFIXtmp-ID is being written, PREFIXall-ID-LAST is whole and is being put into its
// place, PREFIXold-ID-NAME is what had the name before, PREFIXtmp-ID.lock is held by whoever does so, PREFIXlock by
// whoever claims the folder.
const (
	prefix    = ".sparkling-"
	tmpPrefix = prefix + "tmp-"
	allPrefix = prefix + "all-"
	oldPrefix = prefix + "old-"
	lockEnds  = ".lock"
)

var (
	unfinished       = regexp.MustCompile(`^\.sparkling-(tmp|all|old)-([0-9a-f]{16})(\.lock|-.+)?$`)
	unfinishedWithin = regexp.MustCompile(`([/\\])\.sparkling-tmp-[0-9a-f]{16}[/\\]`)
)

// temporary is a name for what is not finished; while it is ours nobody takes it for a stale one.
type temporary struct {
	dir, id string
	lock    *lock
}

func newTemporary(dir string) (*temporary, error) {
	for {
		t := &temporary{dir: dir, id: fmt.Sprintf("%016x", rand.Uint64())}
		var err error
		if t.lock, err = acquire(t.path() + lockEnds); errors.Is(err, errHeld) {
			continue // by somebody who sweeps
		}
		return t, err
	}
}

// path is where a file or a folder may be made.
func (t *temporary) path() string { return filepath.Join(t.dir, tmpPrefix+t.id) }

// end removes what is left under the name, and gives it up.
func (t *temporary) end() {
	_ = removeAll(t.path())
	t.lock.release()
}

// Sweep removes from a folder what programs of ours that are gone left unfinished there, and puts what was whole into
// its place. What belongs to a living program or to anybody else stays. It looks into no folder below.
func Sweep(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if e.Name() == lockName { // of a program that was killed, if nobody holds it
			if l, err := acquire(filepath.Join(dir, lockName)); err == nil {
				l.release()
			}
			continue
		}
		m := unfinished.FindStringSubmatch(e.Name())
		if m == nil {
			continue
		}
		t := &temporary{dir: dir, id: m[2]}
		if t.lock, err = acquire(t.path() + lockEnds); err != nil {
			continue
		}
		path := filepath.Join(dir, e.Name())
		switch name, named := strings.CutPrefix(m[3], "-"); {
		case m[1] == "all" && named:
			_ = place(path, dir, name) // where somebody took one of the names it stays
		case m[1] == "old" && named:
			_ = putBack(path, filepath.Join(dir, name))
		}
		t.end()
	}
}

// removeAll removes a file, or a folder with all that it holds, and follows no link.
func removeAll(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	if info.IsDir() {
		entries, err := os.ReadDir(path)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if err := removeAll(filepath.Join(path, e.Name())); err != nil {
				return err
			}
		}
	}
	return disk.Remove(path)
}
