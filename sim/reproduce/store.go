package reproduce

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/internal/input"
	"github.com/sparkling-lab/sparkling/internal/keys"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// Store keeps the results of finished runs in a folder, one file a run. Its name is the hash of the run's document and
// the arithmetic that made it, so that a run is never taken for another, nor for one by a program that computes
// otherwise.
type Store struct {
	Dir        string
	Arithmetic string // of [Arithmetic]; empty takes finished runs whatever made them, and keeps none
	Revision   string // of the program; kept beside what it made

	Warn func(string) // is told of files that are damaged; may be nil
}

// stored is the content of a file.
type stored struct {
	Document   json.RawMessage `json:"document"`
	Arithmetic string          `json:"arithmetic"`
	Revision   string          `json:"revision,omitempty"`
	Results    []Result        `json:"results"`
}

// oldKeys are keys of files of earlier programs that are called otherwise now, by their paths.
var oldKeys = map[string]string{
	"results.final": "final_full_val_loss", "results.before": "val_loss_before", "results.after": "val_loss_after",
	"results.open": "max_unlocked", "results.held": "val_loss",
}

// maxStored bounds a file of results in bytes.
const maxStored = 16 << 20

// Provenance says which program made a run.
type Provenance struct{ Revision, Arithmetic string }

// path of the file of a document.
func (s Store) path(e experiment.Experiment, arithmetic string) string {
	return filepath.Join(s.Dir, stems(e)[0]+arithmetic+ending)
}

// stems and ending are what the names of all files of a document have, with a stem for each version that a program may
// have written it in, the present one first.
func stems(e experiment.Experiment) (all []string) {
	for _, document := range e.Versions() {
		h := sha256.Sum256(document)
		all = append(all, hex.EncodeToString(h[:12])+"-")
	}
	return all
}

const ending = ".json"

// paths are the files that may hold the results of a document.
func (s Store) paths(e experiment.Experiment) (paths []string, err error) {
	if s.Arithmetic != "" {
		for _, stem := range stems(e) {
			paths = append(paths, filepath.Join(s.Dir, stem+s.Arithmetic+ending))
		}
		return paths, nil
	}
	entries, err := os.ReadDir(s.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, stem := range stems(e) {
		for _, x := range entries {
			if name := x.Name(); strings.HasPrefix(name, stem) && strings.HasSuffix(name, ending) {
				paths = append(paths, filepath.Join(s.Dir, name))
			}
		}
	}
	return paths, err
}

// Load are the results of a document and what made them; it is false where there are none. A file that is damaged, or
// holds another run than its name says, is none: Warn is told. It errs where a file cannot be read, or could not be
// made anew.
func (s Store) Load(e experiment.Experiment) (results []Result, made Provenance, ok bool, err error) {
	paths, err := s.paths(e)
	if err != nil {
		return nil, made, false, err
	}
	var old *stored // by a program that counted otherwise
	for _, path := range paths {
		f, err := input.Regular(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return nil, made, false, err
		}
		x, wrong := s.read(f, e, path)
		f.Close()
		if wrong == nil && stale(e, x.Results) {
			if s.Arithmetic == "" {
				old = &x // better than none; else it is made anew in its place
			}
			continue
		}
		if wrong == nil {
			return x.Results, x.made(), true, nil
		}
		if s.Arithmetic != "" {
			if err := durable.Replaceable(path); err != nil {
				return nil, made, false, err
			}
		}
		if s.Warn != nil {
			s.Warn(fmt.Sprintf("%s is damaged (%s) and counts as missing.", path, wrong))
		}
	}
	if old != nil {
		return old.Results, old.made(), true, nil
	}
	return nil, made, false, nil
}

// made notes with each result what made it.
func (x stored) made() Provenance {
	m := Provenance{x.Revision, x.Arithmetic}
	for i := range x.Results {
		x.Results[i].Provenance = m
	}
	return m
}

// read is the content of a file of a document.
func (s Store) read(f io.Reader, e experiment.Experiment, path string) (x stored, err error) {
	data, err := io.ReadAll(io.LimitReader(f, maxStored+1))
	if err != nil {
		return x, err
	}
	if len(data) > maxStored {
		return x, fmt.Errorf("it is larger than the %d bytes allowed", maxStored)
	}
	if err := json.Unmarshal(keys.Rename(data, oldKeys), &x); err != nil {
		return x, err
	}
	var doc bytes.Buffer
	if err := json.Indent(&doc, x.Document, "", "  "); err != nil {
		return x, err
	}
	doc.WriteByte('\n')
	version := slices.IndexFunc(e.Versions(), func(v []byte) bool { return bytes.Equal(v, doc.Bytes()) })
	if version < 0 || filepath.Base(path) != stems(e)[version]+x.Arithmetic+ending || len(x.Results) != len(e.Arms) {
		return x, errors.New("it holds another run than its name says")
	}
	return x, nil
}

// Save keeps the results of a document. The file appears whole, or not at all.
func (s Store) Save(e experiment.Experiment, results []Result) error {
	data, err := json.Marshal(stored{e.JSON(), s.Arithmetic, s.Revision, results})
	if err != nil {
		return err
	}
	if err := durable.MkdirAll(s.Dir); err != nil {
		return err
	}
	return durable.WriteBytes(s.path(e, s.Arithmetic), data)
}
