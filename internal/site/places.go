package site

import (
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// sourceOnly marks the address of what is in the sources and not on the site: the words stay, the link does not.
const sourceOnly = "source:"

// absent marks the address of what is made with the slides where there are none.
const absent = "absent:"

// placed is where a file of the project lies on the site, by their slashed paths: documents and the pages for teachers
// become pages, the report and the slides have folders of their own. It reports false of what is in the sources only.
func (s *Site) placed(file string) (string, bool) {
	if name, ok := strings.CutSuffix(file, ".md"); ok {
		switch path.Dir(name) {
		case docsFolder:
			return name + ".html", true
		case teachTexts:
			return path.Join(teachFolder, path.Base(name)+".html"), true
		}
		if name == "site/report/report" {
			return "report/", true
		}
		return "", false
	}
	for from, to := range map[string]string{"site/report/": "report/", "site/slides/": "slides/", teachTexts + "/": "teach/"} {
		if rest, ok := strings.CutPrefix(file, from); ok {
			return to + rest, true
		}
	}
	if file == "index.html" {
		return "", true
	}
	return file, made[file] || strings.HasPrefix(file, "site/")
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
		if !made[file] {
			if _, err := os.Stat(filepath.Join(s.module, filepath.FromSlash(file))); err != nil ||
				!filepath.IsLocal(filepath.FromSlash(file)) {
				return "", fmt.Errorf("the project has no %s", file)
			}
		}
		to, ok := s.placed(file)
		if !ok {
			return sourceOnly + file, nil
		}
		if _, err := os.Stat(filepath.Join(s.page, filepath.FromSlash(to))); with[file] && err != nil {
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

// made are pages that no file of the project becomes alone; those of them that are made with the slides are not always
// there.
var (
	made = map[string]bool{"lessons/index.html": true, "site/slides/index.html": true, "site/slides/slides.pdf": true,
		"site/teach/handout.html": true, "site/teach/handout.pdf": true, "docs/index.html": true}
	with = map[string]bool{"site/slides/index.html": true, "site/slides/slides.pdf": true,
		"site/teach/handout.html": true, "site/teach/handout.pdf": true}
)

// relative leads from one page of the site to an address from its folder.
func relative(page, to string) string {
	up := strings.Repeat("../", strings.Count(page, "/"))
	if dir := path.Dir(page) + "/"; strings.HasPrefix(to, dir) && len(to) > len(dir) {
		return strings.TrimPrefix(to, dir)
	}
	if up+to == "" {
		return "./"
	}
	return up + to
}
