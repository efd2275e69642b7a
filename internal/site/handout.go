package site

import (
	"bytes"
	"html/template"
	"path"
)

// Math sets a formula, on display or in a line, as package markup asks for it.
type Math = func(tex string, display bool) (template.HTML, error)

// Handout is the page of the handout, which is made with the slides: its formulas are set by math, and what they look
// like stands in math.css beside it. It leads to the whole site, that is to the report and the slides too; to itself as
// PDF where there is to be one.
func Handout(module string, pdf bool, math Math) ([]byte, error) {
	s := &Site{module: module, has: map[string]bool{}, whole: true, noPDF: !pdf}
	for _, t := range tabs {
		s.has[t.Address] = true
	}
	r, err := s.taught()
	if err != nil {
		return nil, err
	}
	r.Math, r.Boxes = math, []string{"page", "across", "screen"}
	p, err := s.text(path.Join(teachTexts, handout+".md"), path.Join(teachFolder, handout+".html"), r)
	if err != nil {
		return nil, err
	}
	p.Tab, p.Parts, p.Sheets = teachFolder+"/", nil, []string{"../site/handout.css", "math.css"}
	var b bytes.Buffer
	err = s.render(&b, p)
	return b.Bytes(), err
}
