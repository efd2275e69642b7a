package site

import (
	"fmt"
	"html/template"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/internal/lecture"
	"github.com/sparkling-lab/sparkling/internal/markup"
	"github.com/sparkling-lab/sparkling/viz/story"
)

// Folders of the pages for teachers: of their texts in the project, and of the pages on the site.
const (
	teachTexts  = "site/teach"
	teachFolder = "teach"
	slideTexts  = "site/slides"
	// handout is the text that is set with the slides, because it has formulas.
	handout = "handout"
)

// IsText reports whether a file of the project is one that pages are made of and none that a page shows.
func IsText(file string) bool {
	return path.Ext(file) == ".md" && path.Dir(file) == teachTexts || strings.HasPrefix(file, slideTexts+"/")
}

// teach are the pages for teachers.
func (s *Site) teach() ([]sheet, error) {
	files, err := s.texts(teachTexts)
	if err != nil {
		return nil, err
	}
	r, err := s.taught()
	if err != nil {
		return nil, err
	}
	var pages []sheet
	var beside []entry
	inOrder := []string{"index", "seminar", "glossary"}
	slices.SortStableFunc(files, func(a, b string) int {
		return slices.Index(inOrder, base(a)) - slices.Index(inOrder, base(b))
	})
	for _, file := range files {
		if base(file) == handout {
			continue
		}
		p, err := s.text(file, path.Join(teachFolder, base(file)+".html"), r)
		if err != nil {
			return nil, err
		}
		p.Tab = teachFolder + "/"
		pages = append(pages, p)
		beside = append(beside, entry{p.File(), short(p.Title)})
	}
	if s.built(teachFolder + "/" + handout + ".html") {
		beside = append(beside, entry{handout + ".html", "Handout"})
	}
	for i := range pages {
		pages[i].Beside = beside
	}
	return pages, nil
}

// taught renders what teachers read: with measured numbers, citations, formulas as they can be typed, and lists.
func (s *Site) taught() (markup.Renderer, error) {
	numbers, err := lecture.Open(s.module)
	if err != nil {
		return markup.Renderer{}, err
	}
	return markup.Renderer{
		Slot: numbers.Slot, Cite: lecture.Cite, Boxes: []string{"answer"},
		Blocks: map[string]func(markup.Block) (template.HTML, error){"formula": formula, "list": s.list},
	}, nil
}

// formula is one that is typed as it is read, a line each.
func formula(b markup.Block) (template.HTML, error) {
	text := template.HTMLEscapeString(strings.TrimSpace(b.Text))
	return template.HTML("<p class=\"formula\">" + text + "</p>\n"), nil
}

// list is one that a text asks for by its name.
func (s *Site) list(b markup.Block) (template.HTML, error) {
	switch b.Info {
	case "glossary":
		return part("glossary", terms())
	case "citation":
		return s.citation()
	}
	return "", fmt.Errorf("there is no list %q", b.Info)
}

// term is an entry of the glossary, with what an address calls it.
type term struct {
	story.Entry
	ID string
}

// terms are the glossary of the Lab, in the order of the alphabet.
func terms() (list []term) {
	for _, e := range story.Glossary() {
		id := notWord.ReplaceAllString(strings.ToLower(e.Term), "-")
		list = append(list, term{e, "term-" + strings.Trim(id, "-")})
	}
	slices.SortFunc(list, func(a, b term) int {
		return strings.Compare(strings.ToLower(a.Term), strings.ToLower(b.Term))
	})
	return list
}

// notWord is what an address has a hyphen for.
var notWord = regexp.MustCompile(`[^\pL\pN]+`)
