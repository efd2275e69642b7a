// Package input opens what the user names or a folder holds, so that nothing is waited for without an end: a folder's
// entries must be regular files, and what is named may be a pipe or a terminal, whose reading ends with a context; and
// reads whole what is small, and no more. It knows no format and writes nothing.
package input

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// errNotRegular is returned for pipes, devices and sockets where a file has to be.
var errNotRegular = errors.New("it is not a regular file")

// Regular opens a regular file, or what a link to one leads to. Anything else is refused and not waited for: a pipe
// that nobody writes to would never open.
func Regular(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, &fs.PathError{Op: "open", Path: path, Err: errors.New("it is a folder")}
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: path, Err: errNotRegular}
	}
	return os.Open(path)
}

// Small reads all of a regular file that has at most so many bytes. Its error names the file.
func Small(path string, most int64) ([]byte, error) {
	f, err := Regular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(data)) > most {
		err = &fs.PathError{Op: "read", Path: path, Err: fmt.Errorf("it has more than the %d bytes allowed", most)}
	}
	if err != nil {
		return nil, err
	}
	return data, nil
}

// Open opens a file, a pipe or a terminal. Reading what is not a file ends with ctx, with its error, also where nothing
// comes and nobody closes the other end.
func Open(ctx context.Context, path string) (io.ReadCloser, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() || info.Mode().IsRegular() {
		return Regular(path)
	}
	r, w := io.Pipe()
	stop := context.AfterFunc(ctx, func() { w.CloseWithError(ctx.Err()) })
	go func() {
		defer stop()
		f, err := os.Open(path) // where a pipe has no writer yet it stays here
		if err == nil {
			defer f.Close()
			_, err = io.Copy(w, f)
		}
		w.CloseWithError(err)
	}()
	return r, nil
}
