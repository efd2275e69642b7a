// Package template is the part of text/template that Ebitengine's own shaders are written in: {{if eq .A .B}}, {{else
// if eq .A .B}}, {{else}} and {{end}}. The page's copy of Ebitengine uses it instead, because it looks no method up by
// a name: a program that links text/template keeps every exported method of every type. It has no other users, and
// learns nothing that these shaders do not need.
package template

import (
	"fmt"
	"io"
	"reflect"
	"strings"
)

// Template is a text with conditions.
type Template struct{ text string }

// New is an empty template. Its name is of no use here.
func New(string) *Template { return &Template{} }

// Parse sets the text, which [Template.Execute] reads.
func (t *Template) Parse(text string) (*Template, error) {
	t.text = text
	return t, nil
}

// Must panics where there is an error.
func Must(t *Template, err error) *Template {
	if err != nil {
		panic(err)
	}
	return t
}

// branch is one {{if}} that is not yet closed.
type branch struct {
	outer bool // what stands around it is written
	taken bool // one of its conditions was true
}

// Execute writes the text, without the parts whose condition is false of the fields of data.
func (t *Template) Execute(w io.Writer, data any) error {
	fields := reflect.ValueOf(data)
	var open []branch
	writes := true
	for rest := t.text; rest != ""; {
		text, after, found := strings.Cut(rest, "{{")
		if writes {
			if _, err := io.WriteString(w, text); err != nil {
				return err
			}
		}
		if !found {
			break
		}
		var action string
		if action, rest, found = strings.Cut(after, "}}"); !found {
			return fmt.Errorf("{{%s is not closed", after)
		}
		words := strings.Fields(action)
		condition, alternative := words, len(words) > 0 && words[0] == "else"
		if alternative {
			condition = words[1:]
		}
		if !alternative && len(words) > 0 && words[0] == "if" {
			open = append(open, branch{outer: writes})
		}
		if len(open) == 0 {
			return fmt.Errorf("{{%s}} stands outside of any {{if}}", action)
		}
		b := &open[len(open)-1]
		switch {
		case len(words) == 1 && words[0] == "end":
			writes = b.outer
			open = open[:len(open)-1]
		case alternative && len(condition) == 0:
			writes = b.outer && !b.taken
			b.taken = true
		case len(condition) == 4 && condition[0] == "if" && condition[1] == "eq":
			x, err := field(fields, condition[2])
			if err != nil {
				return err
			}
			y, err := field(fields, condition[3])
			if err != nil {
				return err
			}
			writes = b.outer && !b.taken && x == y
			b.taken = b.taken || x == y
		default:
			return fmt.Errorf("{{%s}} is none of what is known here", action)
		}
	}
	if len(open) > 0 {
		return fmt.Errorf("%d {{if}} have no {{end}}", len(open))
	}
	return nil
}

// field is the number in a field that is named with a dot before it.
func field(data reflect.Value, name string) (int64, error) {
	f := data.FieldByName(strings.TrimPrefix(name, "."))
	if !f.IsValid() || !f.CanInt() {
		return 0, fmt.Errorf("%s is no number", name)
	}
	return f.Int(), nil
}
