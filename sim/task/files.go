package task

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
)

// Bounds of token files: how many of each sort a task may name, how long the path of one may be, and how many tokens
// two bytes tell apart.
const (
	maxFiles  = 2048
	maxPath   = 1024
	maxTokens = 1 << 16
)

// FullTokens is how many tokens of validation files are read at most at the end.
const FullTokens = 1 << 20

// errNoFiles says where such a task can be learnt.
var errNoFiles = errors.New("the experiment learns token files, and they are not open here: the page reads no " +
	"files, and natively `sparkling train` does")

// files is where [Keep] keeps the data of tasks, by the task.
var files sync.Map

// Keep gives the programs' tasks of a spec's token files, opened by who can read them, as [New] is then to return it:
// this package opens nothing, so that a page does not link what it cannot do.
func Keep(s Spec, open Task) { files.Store(s.filed(), open) }

// Drop forgets them.
func Drop(s Spec) { files.Delete(s.filed()) }

// filed is what tells one set of files from another.
func (s Spec) filed() string {
	return fmt.Sprintf("%d\n%q\n%q", s.Symbols, s.TrainFiles, s.ValidationFiles)
}

// opened is what was kept.
func (s Spec) opened() (Task, error) {
	kept, ok := files.Load(s.filed())
	if !ok {
		return nil, errNoFiles
	}
	return kept.(Task), nil
}

// Err is the error that a task met when it last filled rows, if it can meet any: one whose rows come from files.
func Err(t Task) error {
	if f, ok := t.(interface{ Err() error }); ok {
		return f.Err()
	}
	return nil
}

// Knows reports whether a network of so many symbols can learn the task: it has as many, or, of token files, at least
// as many. There vocabularies are often made larger than the tokenizer's, so that they divide well.
func (s Spec) Knows(vocab int) bool {
	return vocab == s.Vocab() || s.Kind == KindTokens && vocab > s.Vocab()
}

// Clone is a deep copy.
func (s Spec) Clone() Spec {
	s.TrainFiles, s.ValidationFiles = slices.Clone(s.TrainFiles), slices.Clone(s.ValidationFiles)
	return s
}

// filesNamed errs where the files of a task cannot be named so.
func (s Spec) filesNamed() error {
	if s.Symbols < 2 || s.Symbols > maxTokens {
		return fmt.Errorf("task.symbols is %d; allowed are 2 to %d, as many as the tokenizer has", s.Symbols, maxTokens)
	}
	for _, list := range []struct {
		name  string
		paths []string
	}{{"train_files", s.TrainFiles}, {"validation_files", s.ValidationFiles}} {
		if n := len(list.paths); n < 1 || n > maxFiles {
			return fmt.Errorf("task.%s has %d entries; allowed are 1 to %d", list.name, n, maxFiles)
		}
		for i, p := range list.paths {
			field := fmt.Sprintf("task.%s[%d]", list.name, i)
			if err := filePath(field, p); err != nil {
				return err
			}
			if slices.Contains(list.paths[:i], p) {
				return fmt.Errorf("%s is %q, which is named before", field, p)
			}
			if list.name != "train_files" && slices.Contains(s.TrainFiles, p) {
				return fmt.Errorf("%s is %q, which is trained on; validation has files of its own", field, p)
			}
		}
	}
	if s.Tokenizer != "" {
		return filePath("task.tokenizer", s.Tokenizer)
	}
	return nil
}

// filePath errs where a path is not one that means the same on every machine: from the document's folder on, with
// slashes.
func filePath(field, p string) error {
	why := ""
	switch {
	case p == "":
		why = "it is empty"
	case len(p) > maxPath:
		return fmt.Errorf("%s has %d bytes; a path may have %d", field, len(p), maxPath)
	case strings.HasPrefix(p, "/") || strings.ContainsRune(p, ':'):
		why = "it is not relative"
	case strings.ContainsRune(p, '\\'):
		why = "it has a backslash"
	case strings.IndexFunc(p, func(r rune) bool { return r < ' ' || r == 0x7f }) >= 0:
		why = "it has a control character"
	case path.Clean(p) != p || p == "." || path.Base(p) == "..":
		why = "it is not the shortest way to a file"
	}
	if why != "" {
		return fmt.Errorf("%s is %q, but %s; allowed are paths from the document's folder on, with /", field, p, why)
	}
	return nil
}
