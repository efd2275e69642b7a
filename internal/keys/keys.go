// Package keys gives the keys of JSON documents other names, so that documents of an older program can be read. It
// knows no document and no name, and changes nothing but keys.
package keys

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// Rename is JSON text whose keys are called otherwise where names has their path, in lower case: the keys from the root
// on with dots between them, those of the elements of a list below the list's. How a key is spelt, in capitals or small
// letters, makes no difference, as for package json. Everything else stays byte for byte, and so does what follows text
// that is not valid.
func Rename(text []byte, names map[string]string) []byte {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	type level struct {
		path   string // with a dot at its end, unless it is empty
		object bool
		key    string // of an object: whose value comes, with its path
		value  bool   // and whether it comes
	}
	open := []level{{}}
	var out []byte
	done := 0
	for {
		t, err := d.Token()
		if err != nil {
			return append(out, text[done:]...)
		}
		in := &open[len(open)-1]
		switch t {
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
			continue
		}
		if key, ok := t.(string); ok && in.object && !in.value {
			in.key, in.value = in.path+key, true
			if to, ok := names[strings.ToLower(in.key)]; ok {
				end := int(d.InputOffset())
				start := done + bytes.LastIndexByte(text[done:end-1], '"') // no name has a quotation mark
				out = strconv.AppendQuote(append(out, text[done:start]...), to)
				done = end
			}
			continue
		}
		path := in.path // of the elements of a list: the list's own
		if in.object {
			path, in.value = in.key+".", false
		}
		switch t {
		case json.Delim('{'):
			open = append(open, level{path: path, object: true})
		case json.Delim('['):
			open = append(open, level{path: path})
		}
	}
}

// Turned are the names the other way round: with them what was renamed gets its name back. Paths above a renamed key
// must not be renamed themselves.
func Turned(names map[string]string) map[string]string {
	back := map[string]string{}
	for path, to := range names {
		above := path[:strings.LastIndexByte(path, '.')+1]
		back[above+to] = path[len(above):]
	}
	return back
}
