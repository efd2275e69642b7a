package experiment

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/sparkling-lab/sparkling/internal/keys"
	"github.com/sparkling-lab/sparkling/internal/typed"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// Parse reads and validates a document, of this version or an older one, in whatever encoding an editor saved it. What
// a reader could take for another document is an error: unknown fields, so that a misspelt one is not silently ignored,
// a key that is there twice, also in another case, and anything after the end.
func Parse(data []byte) (Valid, error) {
	var e Experiment
	if len(data) > MaxDocument {
		return Valid{}, fmt.Errorf("the experiment has %d bytes; at most %d are allowed", len(data), MaxDocument)
	}
	text, err := typed.UTF8(data)
	if err != nil {
		return Valid{}, fmt.Errorf("the experiment cannot be read: %w", err)
	}
	var head struct{ Version int }
	switch err := json.NewDecoder(bytes.NewReader(text)).Decode(&head); {
	case err != nil:
		head.Version = Version // what is wrong is said below
	case head.Version < 1 || head.Version > Version:
		return Valid{}, versionError(head.Version) // and not of the keys, which another version may name otherwise
	}
	given := text
	if head.Version == 1 {
		text = keys.Rename(text, version1)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&e); err != nil {
		if head.Version == Version {
			err = fmt.Errorf("%w%s", err, renamed(err))
		}
		return Valid{}, fmt.Errorf("the experiment is not valid JSON of version %d: %w", head.Version, err)
	}
	if head.Version == 1 {
		e.Version = Version
	}
	if rest := bytes.TrimLeft(text[d.InputOffset():], " \t\r\n"); len(rest) > 0 {
		return Valid{}, fmt.Errorf("the experiment ends, and in line %d more follows; one document is allowed",
			line(text, len(text)-len(rest)))
	}
	if err := unique(text); err != nil {
		if head.Version == 1 && unique(given) == nil {
			err = fmt.Errorf("%w, once by its name in version 1", err)
		}
		return Valid{}, fmt.Errorf("the experiment is not clear: %w", err)
	}
	e.Task = e.Task.Named()
	return e.Validate()
}

// version1 are the keys of documents of version 1 that are called otherwise now, by their paths.
var version1 = map[string]string{
	"model.lb_coef":             "aux_loss_coef",
	"model.z_coef":              "z_loss_coef",
	"optimizer.warmup":          "warmup_fraction",
	"optimizer.final_ratio":     "min_lr_ratio",
	"arms.widen.state":          "optimizer_states",
	"arms.widen.gains":          "norm_weights",
	"arms.widen.rewarm.share":   "fraction",
	"arms.widen.dynamics.share": "fraction",
}

// renamed says, where an error is about a key of version 1, what that is called now.
func renamed(err error) string {
	for path, now := range version1 {
		old := fmt.Sprintf("%q", path[strings.LastIndexByte(path, '.')+1:])
		if strings.HasSuffix(strings.ToLower(err.Error()), old) {
			return fmt.Sprintf("; since version %d it is called %s", Version, now)
		}
	}
	return ""
}

// Versions are the document in every version that a program may have written it in, the present one first: what bears
// the hash of a document may bear that of an older version.
func (e Experiment) Versions() [][]byte {
	if e.Task.Kind != task.KindText {
		return [][]byte{e.JSON()}
	}
	old := e
	old.Version, old.Task.Kind = 1, "" // there was no other
	return [][]byte{e.JSON(), keys.Rename(old.JSON(), keys.Turned(version1))}
}

// line is the line, counted from 1, in which a place of a text is.
func line(text []byte, at int) int { return 1 + bytes.Count(text[:at], []byte("\n")) }

// level is an object or a list of a document that is being read.
type level struct {
	path string
	keys map[string]string // of an object, as they are spelt, by what they are without regard to case
	key  string            // the one whose value comes; empty before a key
	n    int               // of a list: values so far
}

// unique errs where an object of valid JSON has a key twice. Keys that differ in nothing but case are the same: fields
// are found so.
func unique(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var open []*level
	for {
		t, err := d.Token()
		if err != nil {
			return nil // it was read before, and is at its end
		}
		path := ""
		if n := len(open); n > 0 && t != json.Delim('}') && t != json.Delim(']') {
			in := open[n-1]
			if key, ok := t.(string); ok && in.keys != nil && in.key == "" {
				folded := strings.ToLower(key)
				if first, twice := in.keys[folded]; twice {
					return again(in.path+"."+first, first, key, line(text, int(d.InputOffset())))
				}
				in.keys[folded], in.key = key, "."+key
				continue
			}
			path = in.path + in.key
			if in.keys == nil {
				path += fmt.Sprintf("[%d]", in.n)
				in.n++
			}
			in.key = ""
		}
		switch t {
		case json.Delim('{'):
			open = append(open, &level{path: path, keys: map[string]string{}})
		case json.Delim('['):
			open = append(open, &level{path: path})
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
		}
	}
}

func again(path, first, key string, line int) error {
	path = strings.TrimPrefix(path, ".")
	if first == key {
		return fmt.Errorf("%s is there twice, the second time in line %d", path, line)
	}
	return fmt.Errorf("%s is there twice, the second time in line %d, spelt %s", path, line, key)
}
