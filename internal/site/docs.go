package site

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/internal/markup"
)

// docsFolder is that of the documents, in the project and on the site.
const docsFolder = "docs"

// group is a part of the list of documents.
type group struct {
	Title string
	Names []string
	Pages []sheet
}

// groups order the documents for who looks for one. What is in none of them stands in the last.
func groups() []group {
	return []group{
		{Title: "What is shown", Names: []string{"newcomer", "tasks", "owntext"}},
		{Title: "What is computed", Names: []string{"equations", "systems", "exactness", "exercises", "performance",
			"gpu"}},
		{Title: "In a lecture", Names: []string{"embed", "slides", "figures", "lessons"}},
		{Title: "Files", Names: []string{"files", "resume", "checkpoints", "releases"}},
		{Title: "More"},
	}
}

// docs are the documents and the list of them.
func (s *Site) docs() ([]sheet, error) {
	files, err := s.texts(docsFolder)
	if err != nil {
		return nil, err
	}
	var pages []sheet
	for _, file := range files {
		p, err := s.text(file, path.Join(docsFolder, base(file)+".html"), markup.Renderer{})
		if err != nil {
			return nil, err
		}
		p.Tab = docsFolder + "/"
		pages = append(pages, p)
	}
	list := groups()
	for _, p := range pages {
		k := slices.IndexFunc(list, func(g group) bool { return slices.Contains(g.Names, base(p.Path)) })
		if k < 0 {
			k = len(list) - 1
		}
		list[k].Pages = append(list[k].Pages, p)
	}
	var beside []entry
	for _, g := range list {
		slices.SortStableFunc(g.Pages, func(a, b sheet) int {
			return slices.Index(g.Names, base(a.Path)) - slices.Index(g.Names, base(b.Path))
		})
		for _, p := range g.Pages {
			beside = append(beside, entry{p.File(), short(p.Title)})
		}
	}
	for i := range pages {
		pages[i].Beside = beside
	}
	body, err := part("docs", slices.DeleteFunc(list, func(g group) bool { return len(g.Pages) == 0 }))
	return append(pages, sheet{Path: docsFolder + "/index.html", Title: "Docs", Tab: docsFolder + "/", Body: body,
		About: "What the Lab shows, how it computes, and how its parts are used."}), err
}

// text makes a page of a Markdown file.
func (s *Site) text(file, to string, r markup.Renderer) (sheet, error) {
	data, err := os.ReadFile(filepath.Join(s.module, filepath.FromSlash(file)))
	if err != nil {
		return sheet{}, err
	}
	r.Link, r.Image, r.IDs = s.link(file, to), s.image(file, to), true
	page, err := r.Render(markup.Source{File: file, Line: 1, Text: string(data)})
	if err != nil {
		return sheet{}, err
	}
	if page.Title == "" {
		return sheet{}, fmt.Errorf("%s has no title: a heading that begins with one #", file)
	}
	p := sheet{Path: to, Title: page.Title}
	for _, h := range page.Headings {
		if h.Level == 2 {
			p.Parts = append(p.Parts, entry{"#" + h.ID, h.Text})
		}
	}
	if len(p.Parts) < 3 {
		p.Parts = nil
	}
	p.Body, p.About, err = finish(page.HTML, to)
	return p, err
}

// base is the name of a file without its ending.
func base(file string) string { return strings.TrimSuffix(path.Base(file), path.Ext(file)) }

// File is the last part of the address of a page.
func (p sheet) File() string { return path.Base(p.Path) }

// short is a title up to what explains it.
func short(title string) string {
	title, _, _ = strings.Cut(title, ":")
	return title
}
