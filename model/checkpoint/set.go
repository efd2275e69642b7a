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

	"github.com/sparkling-lab/sparkling/internal/plain"
)

// The names of the files in a folder: NAME.safetensors, or many files that NAME.safetensors.index.json lists.
const (
	suffix      = ".safetensors"
	indexSuffix = ".safetensors.index.json"
	maxIndex    = 16 << 20 // bytes; room for some 150,000 tensors
)

// SetNames are the sets that a folder may hold: the weights, and the optimizer's states in the order of [m, v].
var SetNames = []string{"model", "optimizer_m", "optimizer_v"}

// Shard is one file of a set.
type Shard struct {
	Name string // within the folder
	Header
}

// Set is the files that hold one number for every parameter: the weights, or one optimizer state.
type Set struct {
	Name  string
	Names Naming // of its tensors
	Files []Shard
	Index *Index  // of a set of many files; nil where it is one
	again []Shard // where it is one, the files that an index lists besides: other programs may take these
}

// Index is the file that lists the tensors of a set of many files.
type Index struct{ doc document }

// IndexName is the name of that file.
func (s Set) IndexName() string { return s.Name + indexSuffix }

// Bytes is the size of all tensors.
func (s Set) Bytes() (n int64) {
	for _, f := range s.Files {
		n += f.bytes()
	}
	return n
}

// prefix is what stands before the names of the set's tensors.
func (s Set) prefix() string {
	for _, f := range s.Files {
		for _, e := range f.Entries {
			return prefixOf(e.Name)
		}
	}
	return ""
}

// readSet finds the files of a set and reads their headers; a set that is not there has no files.
func readSet(dir, stem string) (Set, error) {
	s := Set{Name: stem}
	whole, list := stem+suffix, s.IndexName()
	if _, err := os.Stat(filepath.Join(dir, whole)); err == nil {
		s.again = listed(dir, stem)
		return s, s.add(dir, whole)
	}
	data, err := readText(filepath.Join(dir, list), maxIndex)
	if errors.Is(err, os.ErrNotExist) {
		return s, s.addOther(dir)
	}
	if err != nil {
		return s, err
	}
	weights, err := s.readIndex(data)
	if err != nil {
		return s, fmt.Errorf("%s: %w", filepath.Join(dir, list), err)
	}
	for _, name := range slices.Sorted(maps.Keys(invert(weights))) {
		if err := s.add(dir, name); errors.Is(err, os.ErrNotExist) {
			return s, fmt.Errorf("%s is not there, but %s says that tensors lie in it", filepath.Join(dir, name), list)
		} else if err != nil {
			return s, err
		}
	}
	if err := s.compare(weights, list); err != nil {
		return s, fmt.Errorf("%s: %w", dir, err)
	}
	return s, nil
}

// listed are the files of a set that an index lists, as far as they are there and can be read, but for that of the
// whole set: an index may list that alone, and one that is wrong harms nobody where it is not needed.
func listed(dir, stem string) (files []Shard) {
	s := Set{Name: stem}
	data, err := readText(filepath.Join(dir, s.IndexName()), maxIndex)
	if err != nil {
		return nil
	}
	weights, err := s.readIndex(data)
	if err != nil {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(invert(weights))) {
		if name != stem+suffix {
			_ = s.add(dir, name) // what cannot be read, nobody takes
		}
	}
	return s.Files
}

// otherFormats are endings of files with weights as other programs keep them.
var otherFormats = []string{".bin", ".pt", ".pth", ".gguf", ".h5", ".msgpack", ".onnx", ".npz"}

// addOther adds weights that lie in one file of another name, if there is exactly one.
func (s *Set) addOther(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil || s.Name != SetNames[0] {
		return err
	}
	var names, others []string
	for _, e := range entries {
		if slices.Contains(otherFormats, filepath.Ext(e.Name())) {
			others = append(others, brief(e.Name()))
		}
		if name := e.Name(); strings.HasSuffix(name, suffix) && !strings.HasPrefix(name, SetNames[1]) &&
			!strings.HasPrefix(name, SetNames[2]) {
			names = append(names, name)
		}
	}
	switch len(names) {
	case 0:
		text := fmt.Sprintf("%s: there is neither %s nor %s", dir, s.Name+suffix, s.IndexName())
		if len(others) > 0 {
			text += fmt.Sprintf("; %s is in a format that is not read", others[0])
		}
		return errors.New(text)
	case 1:
		return s.add(dir, names[0])
	}
	return fmt.Errorf("%s: there are %d files with weights, but no %s", dir, len(names), s.IndexName())
}

// formats are those whose matrices lie as PyTorch's do.
var formats = []string{"", "pt", "np", "mlx"}

func (s *Set) add(dir, name string) error {
	f, err := Open(filepath.Join(dir, name))
	if err != nil {
		return err
	}
	s.Files = append(s.Files, Shard{name, f.Header})
	if err := f.Close(); err != nil {
		return err
	}
	if format := f.Meta["format"]; !slices.Contains(formats, format) {
		return fmt.Errorf("%s: the format in its metadata is %q; allowed are pt, np and mlx: others lay matrices out "+
			"otherwise", filepath.Join(dir, name), short(format))
	}
	return nil
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
	weights := map[string]string{}
	err = eachKey(doc.values[weightMap], func(tensor string, value json.RawMessage) error {
		var file string
		if json.Unmarshal(value, &file) != nil || !plainName(file) {
			return fmt.Errorf("it says that %s lies in %s; allowed are names of %s files in the folder itself",
				brief(tensor), brief(string(value)), suffix)
		}
		weights[tensor] = file
		return nil
	})
	if err == nil && len(weights) == 0 {
		err = errors.New("it is empty")
	}
	if err != nil {
		return nil, fmt.Errorf("%s does not hold the file of every tensor: %w", weightMap, err)
	}
	s.Index = &Index{doc}
	return weights, nil
}

// plainName reports whether a file may have that name: it lies in the folder itself, is not hidden, and has no
// characters that act.
func plainName(file string) bool {
	return file == filepath.Base(file) && !strings.ContainsAny(file, `/\`) && strings.HasSuffix(file, suffix) &&
		!strings.HasPrefix(file, ".") && plain.Line(file) == file
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
			if file := weights[e.Name]; file != f.Name {
				text := fmt.Sprintf("%s holds tensor %s, but %s does not say so", f.Name, brief(e.Name), list)
				if other := slices.IndexFunc(s.Files, func(x Shard) bool { return x.Name == file }); other >= 0 {
					if _, twice := s.Files[other].Find(e.Name); twice {
						text = fmt.Sprintf("tensor %s is in both %s and %s", brief(e.Name), file, f.Name)
					}
				}
				return errors.New(text)
			}
			delete(left, e.Name)
		}
	}
	for _, tensor := range slices.Sorted(maps.Keys(left)) {
		return fmt.Errorf("tensor %s is not in %s, where %s says it is", brief(tensor), left[tensor], list)
	}
	return nil
}

// For is the index of a set whose files have other headers now: sizes and offsets are set anew, all else stays.
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
