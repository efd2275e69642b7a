package release

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"cmp"
	"compress/flate"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"
)

// entry is a file of an archive: its slashed name, and whether it is a program.
type entry struct {
	name    string
	program bool
	data    []byte
}

// made is when every file of an archive was made, as it says: what is built from the same sources at another time has
// the same bytes. It is the first time that a zip can hold.
var made = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

func (e entry) mode() fs.FileMode {
	if e.program {
		return 0o755
	}
	return 0o644
}

// sorted are the entries in the order of their names. It errs where one is no name of a file within the archive, or
// there twice.
func sorted(entries []entry) ([]entry, error) {
	all := slices.SortedFunc(slices.Values(entries), func(a, b entry) int { return cmp.Compare(a.name, b.name) })
	for i, e := range all {
		if !fs.ValidPath(e.name) || e.name == "." {
			return nil, fmt.Errorf("an archive cannot hold the name %q", e.name)
		}
		if i > 0 && all[i-1].name == e.name {
			return nil, fmt.Errorf("an archive would hold %s twice", e.name)
		}
	}
	return all, nil
}

// pack writes an archive of the kind that a name ends with: .tar.gz or .zip.
func pack(w io.Writer, name string, entries []entry) error {
	all, err := sorted(entries)
	if err != nil {
		return err
	}
	if path.Ext(name) == ".zip" {
		return packZip(w, all)
	}
	return packTar(w, all)
}

func packTar(w io.Writer, entries []entry) error {
	z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	t := tar.NewWriter(z)
	for _, e := range entries {
		if err := t.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: e.name, Size: int64(len(e.data)),
			Mode: int64(e.mode()), ModTime: made, Format: tar.FormatUSTAR}); err != nil {
			return err
		}
		if _, err := t.Write(e.data); err != nil {
			return err
		}
	}
	if err := t.Close(); err != nil {
		return err
	}
	return z.Close()
}

// small are the endings of what is compressed already.
var small = []string{".br", ".gz", ".png", ".webp", ".zip", ".pdf", ".woff2"}

func packZip(w io.Writer, entries []entry) error {
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(out, flate.BestCompression)
	})
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate, Modified: made}
		if slices.Contains(small, path.Ext(e.name)) {
			h.Method = zip.Store
		}
		h.SetMode(e.mode())
		f, err := z.CreateHeader(h)
		if err != nil {
			return err
		}
		if _, err := f.Write(e.data); err != nil {
			return err
		}
	}
	return z.Close()
}

// packed is an archive in the memory.
func packed(name string, entries []entry) ([]byte, error) {
	var b bytes.Buffer
	err := pack(&b, name, entries)
	return b.Bytes(), err
}

// folder are the files of one, under their slashed names within it.
func folder(dir string) (entries []entry, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		entries = append(entries, entry{name: filepath.ToSlash(rel), data: data})
		return err
	})
	return entries, err
}
