// Package debian fetches shared libraries out of Debian packages that are never installed: the compiler and the driver
// library of a GPU's maker, which tests need and which Debian has in non-free. A package is checked by apt, against the
// keys that the machine holds, and unpacked into a folder of the user's cache; the machine's own lists of packages and
// what is installed on it stay as they are. No program of ours needs one, and no mirror is named here: it is the one
// that apt is set up with.
package debian

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/sparkling-lab/sparkling/internal/durable"
)

// What is fetched is of one release, whichever the machine runs: a compiler's output is compared to the byte.
const (
	release   = "bookworm"
	component = "non-free"
	keyring   = "/usr/share/keyrings/debian-archive-keyring.gpg"
)

// Library is the path of a shared library in a package, which is fetched the first time: file is its name there. Any
// number of programs may ask at once. Errors say what is missing on the machine.
func Library(ctx context.Context, name, file string) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir() // a machine without a home folder
	}
	above := filepath.Join(cache, "sparkling", "debian-"+release)
	dir := filepath.Join(above, name)
	if path, err := find(dir, file); err == nil {
		return path, nil
	}
	if err := durable.MkdirAll(above); err != nil {
		return "", err
	}
	lock := flock.New(filepath.Join(above, name+".lock"))
	if _, err := lock.TryLockContext(ctx, 100*time.Millisecond); err != nil {
		return "", err
	}
	defer func() { _ = lock.Close() }()
	if path, err := find(dir, file); err == nil { // somebody else fetched it meanwhile
		return path, nil
	}
	if err := fetch(ctx, name, dir); err != nil {
		return "", fmt.Errorf("package %s of Debian cannot be fetched: %w", name, err)
	}
	return find(dir, file)
}

// find is the first file of a name below a folder.
func find(dir, file string) (path string, err error) {
	err = filepath.WalkDir(dir, func(at string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == file {
			path, err = at, filepath.SkipAll
		}
		return err
	})
	if err == nil && path == "" {
		err = fmt.Errorf("there is no %s in %s; remove the folder, and it is fetched again", file, dir)
	}
	return path, err
}

// fetch unpacks a package into a folder, which is there whole or not at all.
func fetch(ctx context.Context, name, dir string) error {
	for _, tool := range []string{"apt-get", "dpkg"} {
		if _, err := exec.LookPath(tool); err != nil {
			return fmt.Errorf("there is no %s on the path: it is fetched on Debian, and on what is made of it", tool)
		}
	}
	tmp, err := os.MkdirTemp("", "sparkling-apt-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(tmp) }()
	a, err := newApt(tmp)
	if err != nil {
		return err
	}
	mirror, err := a.mirror(ctx)
	if err != nil {
		return err
	}
	source := fmt.Sprintf("deb [signed-by=%s] %s %s %s\n", keyring, mirror, release, component)
	list := filepath.Join(tmp, "sources.list")
	if err := os.WriteFile(list, []byte(source), 0o644); err != nil {
		return err
	}
	a.options = append(a.options, "-o", "Dir::Etc::SourceList="+list, "-o", "Dir::Etc::SourceParts=-")
	if _, err := a.get(ctx, "update"); err != nil {
		return err
	}
	if _, err := a.get(ctx, "download", name); err != nil {
		return err
	}
	debs, err := os.ReadDir(a.downloads)
	if err != nil || len(debs) != 1 {
		return errors.Join(err, fmt.Errorf("apt fetched %d files where it was asked for one", len(debs)))
	}
	return durable.Swap(dir, func(into string) error {
		_, err := output(exec.CommandContext(ctx, "dpkg", "-x", filepath.Join(a.downloads, debs[0].Name()), into))
		return err
	})
}

// output is what a command prints; its error has what it prints of that.
func output(c *exec.Cmd) (string, error) {
	var out, wrong bytes.Buffer
	c.Stdout, c.Stderr = &out, &wrong
	if err := c.Run(); err != nil {
		return out.String(), fmt.Errorf("%s: %w\n%s", filepath.Base(c.Path), err, strings.TrimSpace(wrong.String()))
	}
	return out.String(), nil
}
