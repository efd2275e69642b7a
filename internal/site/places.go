package site

import (
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Marks of addresses that a page does not lead to, before their file: the words stay, the link does not.
const (
	sourceOnly = "source:" // what is in the sources and not on the site
	absent     = "absent:" // what is made with the slides, where there are none
)

// made are pages that no file of the project becomes alone. Those that are true are made with the slides, and not
// always there.
var made = map[string]bool{
	"lessons/index.html": false, "docs/index.html": false, "site/slides/index.html": true,
	"site/slides/slides.pdf": true, "site/teach/handout.html": true, "site/teach/handout.pdf": true,
}

// folders of the project that lie elsewhere on the site.
var folders = []struct{ from, to string }{
	{"site/report/", "report/"}, {"site/slides/", "slides/"}, {teachTexts + "/", teachFolder + "/"},
}

// placed is where a file of the project lies on the site: documents and the pages for teachers become pages, the report
// and the slides have folders of their own. It reports false of what is in the sources only.
func placed(file string) (string, bool) {
	_, known := made[file]
	switch name, text := strings.CutSuffix(file, ".md"); {
	case file == "index.html":
		return "", true
	case file == "site/report/report.md":
		return "report/", true
	case text && (path.Dir(file) == docsFolder || path.Dir(file) == teachTexts):
		file = name + ".html"
	case text || !known && !strings.HasPrefix(file, "site/"):
		return "", false
	}
	for _, f := range folders {
		if rest, ok := strings.CutPrefix(file, f.from); ok {
			return f.to + rest, true
		}
	}
	return file, true
}

// link is where an address in a text leads to on the page that the text becomes. Addresses in texts are those of the
// project's files, so that they lead somewhere on a code host too. What is not there is refused.
func (s *Site) link(text, page string) func(address string) (string, error) {
	return func(address string) (string, error) {
		u, err := url.Parse(address)
		if err != nil {
			return "", err
		}
		if u.IsAbs() || u.Path == "" {
			return address, nil
		}
		file := path.Join(path.Dir(text), u.Path)
		withSlides, known := made[file]
		if !filepath.IsLocal(filepath.FromSlash(file)) || !known && missing(s.module, file) {
			return "", fmt.Errorf("the project has no %s", file)
		}
		to, ok := placed(file)
		if !ok {
			return sourceOnly + file, nil
		}
		if withSlides && !s.built(to) {
			return absent + file, nil
		}
		if u.RawQuery != "" {
			to += "?" + u.RawQuery
		}
		if u.Fragment != "" {
			to += "#" + u.EscapedFragment()
		}
		return relative(page, to), nil
	}
}

// built reports whether what is made with the slides is there.
func (s *Site) built(to string) bool {
	if s.whole {
		return !s.noPDF || path.Ext(to) != ".pdf"
	}
	return !missing(s.page, to)
}

func missing(dir, file string) bool {
	_, err := os.Stat(filepath.Join(dir, filepath.FromSlash(file)))
	return err != nil
}

// relative leads from one page of the site to an address from its folder.
func relative(page, to string) string {
	dir := path.Dir(page) + "/"
	if rest, ok := strings.CutPrefix(to, dir); ok && rest != "" {
		return rest
	}
	return strings.Repeat("../", strings.Count(page, "/")) + to
}
