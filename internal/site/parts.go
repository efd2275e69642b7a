package site

import (
	_ "embed"
	"html/template"
	"strings"
)

//go:embed parts.html
var partsFile string

// parts are lists that pages show, by name.
var parts = template.Must(template.New("parts").Parse(partsFile))

// part is one of them, of what it lists.
func part(name string, of any) (template.HTML, error) {
	var b strings.Builder
	err := parts.ExecuteTemplate(&b, name, of)
	return template.HTML(b.String()), err
}
