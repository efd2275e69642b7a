package checkpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/model"
)

// The names of the files in a folder: STEM.safetensors, or many files that STEM.safetensors.index.json lists.
const (
	suffix      = ".safetensors"
	indexSuffix = ".safetensors.index.json"
	maxIndex    = 64 << 20 // bytes
)

// Stems are the sets that a folder may hold: the weights, and the optimizer's states in the order of [m, v].
var Stems = []string{"model", "optimizer_m", "optimizer_v"}

// Place says which matrix of a table a tensor is: that of one expert of one of its tensors.
type Place struct{ Tensor, Expert int }

// Places are the tensors of a network by checkpoint name.
func Places(t *model.Table) map[string]Place {
	at := map[string]Place{}
	for i, x := range t.Tensors {
		for e := range x.Experts {
			at[x.Name(e)] = Place{i, e}
		}
	}
	return at
}

// Shard is one file of a set.
type Shard struct {
	Name string // within the folder
	Header
}

// Set is the files that hold one number for every parameter: the weights, or one optimizer state.
type Set struct {
	Stem  string
	Files []Shard
	Index *Index // of a set of many files; nil where it is one
}

// Index is the file that lists the tensors of a set of many files.
type Index struct{ doc document }

// IndexName is the name of that file.
func (s Set) IndexName() string { return s.Stem + indexSuffix }

// Bytes is the size of all tensors.
func (s Set) Bytes() (n int64) {
	for _, f := range s.Files {
		n += f.bytes()
	}
	return n
}

// readSet finds the files of a set and reads their headers; a set that is not there has no files.
func readSet(dir, stem string) (Set, error) {
	s := Set{Stem: stem}
	whole, list := stem+suffix, s.IndexName()
	if _, err := os.Stat(filepath.Join(dir, whole)); err == nil {
		return s, s.add(dir, whole)
	}
	data, err := readSmall(filepath.Join(dir, list), maxIndex)
	if errors.Is(err, os.ErrNotExist) {
		return s, s.addOther(dir)
	}
	if err != nil {
		return s, err
	}
	weights, err := s.readIndex(data)
	if err != nil {
		return s, fmt.Errorf("%s: %w", list, err)
	}
	for _, name := range slices.Sorted(maps.Keys(invert(weights))) {
		if err := s.add(dir, name); err != nil {
			return s, err
		}
	}
	return s, s.compare(weights, list)
}

// addOther adds weights that lie in one file of another name, if there is exactly one.
func (s *Set) addOther(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil || s.Stem != Stems[0] {
		return err
	}
	var names []string
	for _, e := range entries {
		if name := e.Name(); strings.HasSuffix(name, suffix) && !strings.HasPrefix(name, Stems[1]) && !strings.HasPrefix(name, Stems[2]) {
			names = append(names, name)
		}
	}
	switch len(names) {
	case 0:
		return fmt.Errorf("there is neither %s nor %s", s.Stem+suffix, s.IndexName())
	case 1:
		return s.add(dir, names[0])
	}
	return fmt.Errorf("there are %d files with weights, but no %s", len(names), s.IndexName())
}

func (s *Set) add(dir, name string) error {
	f, err := Open(filepath.Join(dir, name))
	if err != nil {
		return err
	}
	s.Files = append(s.Files, Shard{name, f.Header})
	return f.Close()
}

// weightMap is the key of an index that holds the file of every tensor; its metadata holds totalSize, in bytes.
const (
	weightMap = "weight_map"
	metadata  = "metadata"
	totalSize = "total_size"
	totalNum  = "total_parameters" // in newer folders
)

// readIndex is the file of every tensor. Files lie in the folder itself.
func (s *Set) readIndex(data []byte) (map[string]string, error) {
	doc, err := parseDocument(data)
	if err != nil {
		return nil, err
	}
	var weights map[string]string
	if err := json.Unmarshal(doc.values[weightMap], &weights); err != nil || len(weights) == 0 {
		return nil, fmt.Errorf("%s does not hold the file of every tensor", weightMap)
	}
	for tensor, file := range weights {
		if file != filepath.Base(file) || strings.ContainsAny(file, `/\`) || !strings.HasSuffix(file, suffix) || strings.HasPrefix(file, ".") {
			return nil, fmt.Errorf("%s says that %s lies in %q; allowed are names of %s files in the folder itself", weightMap, tensor, brief(file), suffix)
		}
	}
	s.Index = &Index{doc}
	return weights, nil
}

// invert is the tensors of every file.
func invert(weights map[string]string) map[string][]string {
	files := map[string][]string{}
	for tensor, file := range weights {
		files[file] = append(files[file], tensor)
	}
	return files
}

// compare requires that every file holds the tensors that the index says, and no other.
func (s *Set) compare(weights map[string]string, list string) error {
	left := maps.Clone(weights)
	for _, f := range s.Files {
		for _, e := range f.Entries {
			if file, ok := weights[e.Name]; !ok || file != f.Name {
				return fmt.Errorf("%s holds tensor %s, but %s does not say so", f.Name, e.Name, list)
			}
			delete(left, e.Name)
		}
	}
	for _, tensor := range slices.Sorted(maps.Keys(left)) {
		return fmt.Errorf("tensor %s is not in %s, where %s says it is", tensor, left[tensor], list)
	}
	return nil
}

// check requires that the set holds every tensor of the table once, in its shape and in a type that is read here, and no other.
func (s *Set) check(t *model.Table) error {
	places, seen := Places(t), map[string]string{}
	for _, f := range s.Files {
		for _, e := range f.Entries {
			p, ok := places[e.Name]
			switch {
			case e.Name == "lm_head.weight" && !ok:
				return fmt.Errorf("%s holds lm_head.weight, but tie_word_embeddings in %s is true", f.Name, ConfigName)
			case !ok:
				return fmt.Errorf("%s holds tensor %s, which the network of %s does not have", f.Name, e.Name, ConfigName)
			case seen[e.Name] != "":
				return fmt.Errorf("tensor %s is in both %s and %s", e.Name, seen[e.Name], f.Name)
			case e.DType != F32 && e.DType != BF16:
				return fmt.Errorf("tensor %s in %s is %s; allowed are %s and %s", e.Name, f.Name, e.DType, F32, BF16)
			case !slices.Equal(e.Shape, t.Tensors[p.Tensor].Shape()):
				return fmt.Errorf("tensor %s in %s has shape %v; %s asks for %v", e.Name, f.Name, e.Shape, ConfigName, t.Tensors[p.Tensor].Shape())
			}
			seen[e.Name] = f.Name
		}
	}
	if len(seen) == len(places) {
		return nil
	}
	for _, x := range t.Tensors {
		for e := range x.Experts {
			if seen[x.Name(e)] != "" {
				continue
			}
			if x.Part == model.Head {
				return fmt.Errorf("tensor %s is missing in %s, and %s does not say that tie_word_embeddings is true", x.Name(e), s.Stem+suffix, ConfigName)
			}
			return fmt.Errorf("tensor %s is missing in %s (%d of %d are there)", x.Name(e), s.Stem+suffix, len(seen), len(places))
		}
	}
	return nil
}

// For is the index of a set whose files have other headers now: sizes and places are set anew, all else stays.
func (x Index) For(files []Shard) []byte {
	var bytes, parameters int64
	at := map[string]string{}
	for _, f := range files {
		bytes += f.bytes()
		for _, e := range f.Entries {
			parameters += int64(e.Len())
			at[e.Name] = f.Name
		}
	}
	meta, err := parseDocument(x.doc.values[metadata])
	if err != nil {
		meta = document{values: map[string]json.RawMessage{}}
	}
	meta = meta.with(totalSize, bytes)
	if _, ok := meta.values[totalNum]; ok {
		meta = meta.with(totalNum, parameters)
	}
	return x.doc.with(metadata, json.RawMessage(meta.encode())).with(weightMap, at).encode()
}
