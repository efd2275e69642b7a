package site

import (
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// citationFile says how the project is cited, in the Citation File Format 1.2 (https://citation-file-format.github.io).
const citationFile = "CITATION.cff"

// cited is what a citation has, of the project or of a work that it rests on.
type cited struct {
	Title   string
	Authors []struct {
		Name   string
		Given  string `yaml:"given-names"`
		Family string `yaml:"family-names"`
	}
	Year       int
	Collection string `yaml:"collection-title"`
	URL        string
	References []cited
}

// citation writes the project's file as BibTeX, which more programs read.
func (s *Site) citation() (template.HTML, error) {
	data, err := os.ReadFile(filepath.Join(s.module, citationFile))
	if err != nil {
		return "", err
	}
	var c cited
	if err := yaml.Unmarshal(data, &c); err != nil {
		return "", fmt.Errorf("%s: %w", citationFile, err)
	}
	var b strings.Builder
	for _, x := range append(c.References, c) {
		b.WriteString(x.bibTeX())
	}
	text := template.HTMLEscapeString(strings.TrimSpace(b.String()))
	return template.HTML("<pre><code>" + text + "</code></pre>\n"), nil
}

// bibTeX is one entry. Braces keep the letters of names as they are.
func (c cited) bibTeX() string {
	var authors []string
	for _, a := range c.Authors {
		if a.Name != "" {
			authors = append(authors, "{"+a.Name+"}")
		} else {
			authors = append(authors, a.Family+", "+a.Given)
		}
	}
	kind, key := "misc", strings.ToLower(strings.Join(strings.Fields(c.Title), "-"))
	if c.Collection != "" {
		kind, key = "inproceedings", fmt.Sprintf("%s%d", strings.ToLower(c.Authors[0].Family), c.Year)
	}
	fields := []string{"title = {{" + c.Title + "}}", "author = {" + strings.Join(authors, " and ") + "}"}
	if c.Collection != "" {
		fields = append(fields, "booktitle = {"+c.Collection+"}")
	}
	if c.Year > 0 {
		fields = append(fields, fmt.Sprintf("year = {%d}", c.Year))
	}
	if c.URL != "" {
		fields = append(fields, "url = {"+c.URL+"}")
	}
	return fmt.Sprintf("@%s{%s,\n  %s\n}\n\n", kind, key, strings.Join(fields, ",\n  "))
}
