// Package site writes the pages that stand around the Lab: the documents of docs/, the list of lessons and the pages
// for teachers, all in one frame with one navigation and one stylesheet, and puts that navigation into the pages that
// others make. It reads texts and writes HTML: it compiles and serves nothing, and knows no number that it did not ask
// for.
package site

import (
	"bytes"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/internal/durable"
)

// Site is what is written from a module's folder, of which page has what others put there before: the Lab, and the
// report and the slides where there are any.
type Site struct {
	module, page string
	has          map[string]bool // of the navigation, by address
	whole        bool            // all that is made with the slides is there, or will be
	noPDF        bool            // but for what a browser prints
}

// Write puts the pages into a folder of the site, in which the Lab and whatever the navigation leads to lies already.
// module is the folder that the texts are in.
func Write(module, page string) error {
	s, err := open(module, page)
	if err != nil {
		return err
	}
	docs, err := s.docs()
	if err != nil {
		return err
	}
	teach, err := s.teach()
	if err != nil {
		return err
	}
	lessons, err := s.lessons()
	if err != nil {
		return err
	}
	for _, p := range slices.Concat(docs, []sheet{lessons}, teach) {
		if err := s.write(p); err != nil {
			return fmt.Errorf("%s: %w", p.Path, err)
		}
	}
	return s.adopt()
}

// open looks at what is there.
func open(module, page string) (*Site, error) {
	s := &Site{module: module, page: page, has: map[string]bool{}}
	for _, t := range tabs {
		s.has[t.Address] = t.own || !missing(page, t.Address+"index.html")
	}
	if !s.has[""] {
		return nil, fmt.Errorf("%s holds no page of the Lab that other pages could lead to", page)
	}
	return s, nil
}

// sheet is a page in the frame.
type sheet struct {
	Path   string // of the site, as docs/files.html
	Title  string
	About  string   // a sentence for those who list pages
	Tab    string   // the address of the navigation that it belongs to
	Sheets []string // stylesheets of its own
	Beside []entry
	Parts  []entry // the headings of the page
	Body   template.HTML
}

// entry is a link in a list beside a page.
type entry struct{ Address, Title string }

// Up leads from a page to the folder of the site.
func (p sheet) Up() string { return strings.Repeat("../", strings.Count(p.Path, "/")) }

// tabsOf is the navigation as a page shows it. The Lab, which has no room to spare, does not lead to itself.
func (s *Site) tabsOf(p sheet) (list []link) {
	for _, t := range tabs {
		if s.has[t.Address] && p.Up()+t.Address != "" {
			list = append(list, link{p.Up() + t.Address, t.Title, t.Address == p.Tab})
		}
	}
	return list
}

// render writes a page in the frame.
func (s *Site) render(w io.Writer, p sheet) error {
	return frame.Execute(w, struct {
		sheet
		Tabs []link
	}{p, s.tabsOf(p)})
}

// write puts a page into its place.
func (s *Site) write(p sheet) error {
	var b bytes.Buffer
	if err := s.render(&b, p); err != nil {
		return err
	}
	to := filepath.Join(s.page, filepath.FromSlash(p.Path))
	if err := durable.MkdirAll(filepath.Dir(to)); err != nil {
		return err
	}
	return durable.WriteBytes(to, b.Bytes())
}

// texts are the Markdown files of a folder of the module, by their names.
func (s *Site) texts(dir string) ([]string, error) {
	list, err := fs.Glob(os.DirFS(s.module), path.Join(dir, "*.md"))
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("%s holds no Markdown", dir)
	}
	return list, err
}
