package checkpoint

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/internal/plain"
)

// document is a JSON object whose keys keep their order and whose values keep their spelling.
type document struct {
	keys   []string
	values map[string]json.RawMessage
}

func parseDocument(data []byte) (document, error) {
	doc := document{values: map[string]json.RawMessage{}}
	err := eachKey(data, func(key string, value json.RawMessage) error {
		doc.keys = append(doc.keys, key)
		doc.values[key] = value
		return nil
	})
	return doc, err
}

// eachKey calls do for every key of a JSON object, in order, and errs where it is none, or has a key twice. What is
// wrong ends it where it stands, so that a text takes no more memory than what was right so far.
func eachKey(data []byte, do func(key string, value json.RawMessage) error) error {
	err := walk(data, do)
	if syntax := (*json.SyntaxError)(nil); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.As(err, &syntax) && syntax.Error() == "unexpected end of JSON input" {
		err = errors.New("it ends within an object, and was cut short")
	}
	return err
}

func walk(data []byte, do func(key string, value json.RawMessage) error) error {
	seen := map[string]bool{}
	d := json.NewDecoder(bytes.NewReader(data))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errors.New("it is not a JSON object")
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return err
		}
		key, _ := t.(string) // the decoder lets nothing else stand there
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return fmt.Errorf("%s: %w", brief(key), err)
		}
		if seen[key] {
			return fmt.Errorf("%s is there twice", brief(key))
		}
		seen[key] = true
		if err := do(key, value); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("more follows after its end")
	}
	return nil
}

// with is the document with one key changed, or added at the end.
func (d document) with(key string, value any) document {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // numbers, booleans and text can always be written
	}
	out := document{slices.Clone(d.keys), map[string]json.RawMessage{}}
	for k, v := range d.values {
		out.values[k] = v
	}
	if _, ok := d.values[key]; !ok {
		out.keys = append(out.keys, key)
	}
	out.values[key] = text
	return out
}

// encode is the document, one key a line.
func (d document) encode() []byte {
	var b bytes.Buffer
	b.WriteString("{")
	for i, key := range d.keys {
		if i > 0 {
			b.WriteString(",")
		}
		name, err := json.Marshal(key)
		if err != nil {
			panic(err) // text can always be written
		}
		fmt.Fprintf(&b, "\n  %s: %s", name, d.values[key])
	}
	b.WriteString("\n}\n")
	return b.Bytes()
}

// similar is the one of the keys that differs from key in nothing but case, as a clause that follows a message; empty
// where none does.
func similar(key string, keys iter.Seq[string]) string {
	for k := range keys {
		if k != key && strings.EqualFold(k, key) {
			return fmt.Sprintf("; %s is spelt otherwise, and case counts", k)
		}
	}
	return ""
}

// brief keeps what a file says to one short line in which nothing acts.
func brief(text string) string { return plain.Line(short(text)) }

// short is the beginning of a long text; %q makes a line of it.
func short(text string) string {
	if len(text) > 80 {
		return strings.ToValidUTF8(text[:80], "") + "…"
	}
	return text
}
