package serve

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/sparkling-lab/sparkling/internal/input"
)

// A page in a zip has some tens of megabytes; what is larger is none, and would only fill the memory.
const (
	maxArchive = 256 << 20 // bytes of the archive
	maxEntry   = 64 << 20  // bytes of one file in it, unpacked
)

// archive serves the files of a zip, which is read once: the stick that it lies on may be taken out meanwhile.
type archive map[string]*zip.File

// openArchive errs where a file is no zip with a page in it, and by name where something in it is no file of a page.
func openArchive(path string) (archive, error) {
	data, err := input.Small(path, maxArchive)
	if err != nil {
		return nil, fmt.Errorf("the zip to serve: %w", err)
	}
	a, err := parseArchive(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return a, nil
}

func parseArchive(data []byte) (archive, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("it cannot be read as a zip: %w", err)
	}
	a := archive{}
	for _, f := range z.File {
		if f.Mode().IsDir() {
			continue
		}
		_, twice := a[f.Name]
		switch {
		case !fs.ValidPath(f.Name):
			err = errors.New("a name that leads out of it")
		case !f.Mode().IsRegular():
			err = errors.New("which is no file")
		case f.Flags&1 != 0:
			err = errors.New("which is encrypted")
		case f.Method != zip.Store && f.Method != zip.Deflate:
			err = fmt.Errorf("which is packed by method %d; stored and deflated files can be read", f.Method)
		case twice:
			err = errors.New("a name that is there twice")
		case f.UncompressedSize64 > maxEntry:
			err = fmt.Errorf("which has %d bytes unpacked; at most %d can be", f.UncompressedSize64, maxEntry)
		}
		if err != nil {
			return nil, fmt.Errorf("it holds %q, %w", f.Name, err)
		}
		a[f.Name] = f
	}
	if a["index.html"] == nil {
		return nil, errors.New("it holds no index.html, and so is no page")
	}
	return a, nil
}

// open unpacks a file; one whose content is not what the zip says of it is not handed out.
func (a archive) open(name string) *file {
	f := a[name]
	if f == nil {
		return nil
	}
	r, err := f.Open()
	if err != nil {
		return nil
	}
	defer r.Close()
	var unpacked bytes.Buffer
	unpacked.Grow(int(f.UncompressedSize64))
	// The reader ends at the size that was checked, and compares the sum.
	if _, err := io.Copy(&unpacked, r); err != nil {
		return nil
	}
	return &file{unpackedFile{bytes.NewReader(unpacked.Bytes())}, fmt.Sprintf("%08x-%x", f.CRC32, unpacked.Len()),
		f.Modified}
}

// unpackedFile lies in the memory.
type unpackedFile struct{ *bytes.Reader }

// Close does nothing.
func (unpackedFile) Close() error { return nil }
