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

	"github.com/sparkling-lab/sparkling/sim"
)

// Store keeps the results of finished runs in a folder, one file a run. Its name is the hash of the run's document and the arithmetic
// that made it, so that a run is never taken for another, nor for one by a program that computes otherwise.
type Store struct {
	Dir        string
	Arithmetic string // of [Arithmetic]; empty takes finished runs whatever made them, and keeps none
	Revision   string // of the program; kept beside what it made
}

// stored is the content of a file.
type stored struct {
	Document   json.RawMessage `json:"document"`
	Arithmetic string          `json:"arithmetic"`
	Revision   string          `json:"revision,omitempty"`
	Results    []Result        `json:"results"`
}

// maxStored bounds a file of results in bytes.
const maxStored = 16 << 20

// Made says which program made a run.
type Made struct{ Revision, Arithmetic string }

// path of the file of a document.
func (s Store) path(e sim.Experiment, arithmetic string) string {
	h := sha256.Sum256(e.JSON())
	return filepath.Join(s.Dir, hex.EncodeToString(h[:12])+"-"+arithmetic+".json")
}

// Load are the results of a document and what made them; it is false where there are none. It errs where a file is there but is damaged,
// or holds another document.
func (s Store) Load(e sim.Experiment) (results []Result, made Made, ok bool, err error) {
	path := s.path(e, s.Arithmetic)
	if s.Arithmetic == "" {
		any, err := filepath.Glob(s.path(e, "*"))
		if err != nil || len(any) == 0 {
			return nil, made, false, err
		}
		path = any[0]
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, made, false, nil
	} else if err != nil {
		return nil, made, false, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxStored+1))
	if err != nil {
		return nil, made, false, err
	}
	var x stored
	var doc bytes.Buffer
	if len(data) > maxStored {
		err = fmt.Errorf("it is larger than the %d bytes allowed", maxStored)
	} else if err = json.Unmarshal(data, &x); err == nil {
		err = json.Indent(&doc, x.Document, "", "  ")
	}
	switch {
	case err != nil:
		return nil, made, false, fmt.Errorf("%s is damaged; delete it and it is made anew: %w", path, err)
	case doc.String()+"\n" != string(e.JSON()) || path != s.path(e, x.Arithmetic) || len(x.Results) != len(e.Arms):
		return nil, made, false, fmt.Errorf("%s holds another run than its name says; delete it and it is made anew", path)
	}
	if s.Arithmetic != "" && stale(e, x.Results) {
		return nil, made, false, nil // it is made anew in its place
	}
	made = Made{x.Revision, x.Arithmetic}
	for i := range x.Results {
		x.Results[i].Made = made
	}
	return x.Results, made, true, nil
}

// Save keeps the results of a document. The file appears whole, or not at all.
func (s Store) Save(e sim.Experiment, results []Result) error {
	data, err := json.Marshal(stored{e.JSON(), s.Arithmetic, s.Revision, results})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(s.Dir, 0o755); err != nil {
		return err
	}
	path := s.path(e, s.Arithmetic)
	tmp, err := os.CreateTemp(s.Dir, ".run-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // nothing is left there after the rename
	_, err = tmp.Write(data)
	if closing := tmp.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	return err
}
