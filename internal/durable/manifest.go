package durable

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// manifestName is the list of what this program wrote into a folder.
const manifestName = prefix + "files.json"

// maxManifest bounds it, in bytes.
const maxManifest = 1 << 20

// manifest is that list. While a file is replaced it has two hashes, of what it was and of what it shall be: whenever
// that is cut, it is one of the two.
type manifest struct {
	Kind  string              `json:"kind"`
	Files map[string][]string `json:"files"` // SHA-256, hexadecimal, by name
}

// readManifest is the list of a folder; a list that is missing or damaged knows nothing, and what nobody knows is not
// overwritten.
func readManifest(dir string) manifest {
	none := manifest{Files: map[string][]string{}}
	path := filepath.Join(dir, manifestName)
	if replaceable(path) != nil {
		return none
	}
	f, err := os.Open(path)
	if err != nil {
		return none
	}
	defer f.Close()
	m := none
	if err := json.NewDecoder(io.LimitReader(f, maxManifest)).Decode(&m); err != nil || m.Files == nil {
		return none
	}
	return m
}

func (m manifest) write(dir string) error {
	return WriteFile(filepath.Join(dir, manifestName), func(w io.Writer) error {
		to := json.NewEncoder(w)
		to.SetIndent("", "\t")
		return to.Encode(m)
	})
}

func (m manifest) clone() manifest { return manifest{m.Kind, maps.Clone(m.Files)} }

func (m manifest) knows(name string) bool { return len(m.Files[name]) > 0 }

func (m manifest) has(name, sum string) bool { return slices.Contains(m.Files[name], sum) }

// put notes what a file is now, if it is there, and what it shall be.
func (m manifest) put(name, was, now string) {
	sums := []string{now}
	if was != "" && was != now {
		sums = []string{was, now}
	}
	m.Files[name] = sums
}

// settle notes that files are what they should become, and reports whether that is news.
func (m manifest) settle(files []Output) (news bool) {
	for _, f := range files {
		if sums := m.Files[f.Name]; len(sums) > 1 {
			m.Files[f.Name], news = sums[len(sums)-1:], true
		}
	}
	return news
}

// hashed is the hash of a file.
func hashed(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
