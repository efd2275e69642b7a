package build

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/sparkling-lab/sparkling/internal/durable"
)

// ManifestName is the file, relative to the page's folder, that lists the others.
const ManifestName = "manifest.json"

// Manifest lists the files of a page by their slashed path relative to its folder. The loader reads it for exact
// progress and for names that change with the contents.
type Manifest struct {
	Files map[string]File `json:"files"`
}

// File says how large a file is, in bytes: itself, and its compressed siblings (0: there is none).
type File struct {
	Bytes  int64  `json:"bytes"`
	Gzip   int64  `json:"gzip,omitempty"`
	Brotli int64  `json:"brotli,omitempty"`
	SHA256 string `json:"sha256"` // of the file itself, hexadecimal
}

// list reads every file of a page that is not yet compressed.
func list(page string) (Manifest, error) {
	m := Manifest{Files: map[string]File{}}
	err := filepath.WalkDir(page, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(page, path)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(data)
		m.Files[filepath.ToSlash(rel)] = File{Bytes: int64(len(data)), SHA256: hex.EncodeToString(sum[:])}
		return nil
	})
	return m, err
}

// Read is the manifest of the page in dir.
func Read(dir string) (Manifest, error) {
	data, err := os.ReadFile(filepath.Join(dir, ManifestName))
	if err != nil {
		return Manifest{}, err
	}
	return ParseManifest(data)
}

// ParseManifest reads what stands in a file called [ManifestName].
func ParseManifest(data []byte) (m Manifest, err error) {
	if err := json.Unmarshal(data, &m); err != nil {
		return m, fmt.Errorf("%s: %w", ManifestName, err)
	}
	return m, nil
}

func (m Manifest) write(page string) error {
	data, err := json.MarshalIndent(m, "", "\t")
	if err != nil {
		return err
	}
	return durable.WriteBytes(filepath.Join(page, ManifestName), append(data, '\n'))
}

// summary says what a reader of the page has to fetch.
func (m Manifest) summary(w io.Writer, dir string) {
	var raw, gzip, brotli int64
	for _, f := range m.Files {
		raw += f.Bytes
		gzip += cmp.Or(f.Gzip, f.Bytes)
		brotli += cmp.Or(f.Brotli, f.Bytes)
	}
	if brotli == raw {
		fmt.Fprintf(w, "The page is in %s: %s\n", dir, size(raw))
		return
	}
	fmt.Fprintf(w, "The page is in %s: %s, %s to fetch with gzip, %s with brotli\n", dir, size(raw), size(gzip),
		size(brotli))
}

func size(n int64) string { return fmt.Sprintf("%.2f MB", float64(n)/1e6) }
