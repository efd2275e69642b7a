package checkpoint

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// document is a JSON object whose keys keep their order and whose values keep their spelling.
type document struct {
	keys   []string
	values map[string]json.RawMessage
}

func parseDocument(data []byte) (document, error) {
	doc := document{values: map[string]json.RawMessage{}}
	d := json.NewDecoder(bytes.NewReader(data))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return doc, errors.New("it is not a JSON object")
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return doc, err
		}
		key, _ := t.(string) // the decoder lets nothing else stand there
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return doc, fmt.Errorf("%s: %w", key, err)
		}
		if _, twice := doc.values[key]; twice {
			return doc, fmt.Errorf("%s is there twice", key)
		}
		doc.keys = append(doc.keys, key)
		doc.values[key] = value
	}
	if _, err := d.Token(); err != nil {
		return doc, err
	}
	if _, err := d.Token(); err != io.EOF {
		return doc, errors.New("more follows after its end")
	}
	return doc, nil
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

// readSmall reads a file of at most limit bytes.
func readSmall(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%s has more than the %d bytes allowed", path, limit)
	}
	return data, err
}
