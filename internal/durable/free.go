package durable

import (
	"errors"
	"io/fs"
	"path/filepath"
)

// Free is the room in bytes that the disk of a folder has for this user; the folder need not be there yet. ok is false
// where the system does not say.
func Free(dir string) (bytes int64, ok bool) {
	for {
		bytes, err := free(dir)
		above := filepath.Dir(dir)
		if !errors.Is(err, fs.ErrNotExist) || above == dir {
			return bytes, err == nil
		}
		dir = above
	}
}
