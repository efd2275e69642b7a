package build

import (
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/sparkling-lab/sparkling/internal/site"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/viz/story"
)

// compiled are files of the page that are made after those that this test reads.
var compiled = []string{"wasm/lab.wasm", "wasm/trainer.wasm", ManifestName, NoticesName}

// leads are the attributes by which a page leads to, or shows, another file.
var leads = map[atom.Atom][]string{atom.A: {"href"}, atom.Link: {"href"}, atom.Img: {"src"}, atom.Script: {"src"},
	atom.Source: {"srcset"}, atom.Iframe: {"src"}}

// pages are the HTML files of a site, parsed, by their slashed paths.
type pages map[string]*html.Node

// gathered is the whole site but what is compiled, with the slides where they were built.
func gathered(t *testing.T) (dir string, all pages) {
	t.Helper()
	dir = t.TempDir()
	g, err := findGo(t.Context())
	require.NoError(t, err)
	require.NoError(t, gather(g, dir))
	_, err = g.slides(dir, io.Discard)
	require.NoError(t, err)
	require.NoError(t, site.Write(g.module, dir))
	all = pages{}
	require.NoError(t, filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(file) != ".html" {
			return err
		}
		text, err := os.Open(file)
		require.NoError(t, err)
		defer text.Close()
		root, err := html.Parse(text)
		require.NoError(t, err, file)
		rel, err := filepath.Rel(dir, file)
		all[filepath.ToSlash(rel)] = root
		return err
	}))
	return dir, all
}

// ids are the names of the places of a page.
func ids(root *html.Node) (list []string) {
	for n := range root.Descendants() {
		for _, a := range n.Attr {
			if a.Key == "id" {
				list = append(list, a.Val)
			}
		}
	}
	return list
}

// wrong says why an address in a page leads nowhere; nothing where it leads somewhere.
func (all pages) wrong(dir, page, address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return err.Error()
	}
	if u.IsAbs() || u.Host != "" {
		if u.Scheme == "https" && strings.Contains(u.Host, ".") && u.User == nil || u.Scheme == "data" {
			return ""
		}
		return "is no address of the web that anybody can follow"
	}
	file := page
	if u.Path != "" {
		file = path.Join(path.Dir(page), u.Path)
		if strings.HasSuffix(u.Path, "/") || file == "." {
			file = path.Join(file, "index.html")
		}
	}
	if !filepath.IsLocal(filepath.FromSlash(file)) {
		return "leads out of the site"
	}
	info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(file)))
	if (err != nil || info.IsDir()) && !slices.Contains(compiled, file) {
		return "the site has no file " + file
	}
	switch root := all[file]; {
	case u.Fragment == "":
	case root == nil:
		return file + " has no places"
	case file == "index.html":
		return lab(u.Fragment, ids(root))
	case !slices.Contains(ids(root), strings.TrimPrefix(u.Fragment, "/")):
		return fmt.Sprintf("%s has no place %q", file, u.Fragment)
	}
	return ""
}

// lab says why the Lab does not understand a fragment: it takes lessons, experiments, and places of its page.
func lab(fragment string, places []string) string {
	if name, chapter, ok := story.Linked(fragment); ok {
		l := story.Named(name)
		if l == nil || chapter != "" && l.Chapter(chapter) < 0 {
			return "there is no such lesson or chapter"
		}
		return ""
	}
	if slices.Contains(places, fragment) {
		return ""
	}
	if _, err := experiment.FromAddress(fragment); err != nil {
		return err.Error()
	}
	return ""
}

// Whoever follows a link of the site comes to what it names: every page, picture, stylesheet and place is there, and
// every lesson and experiment of the Lab. Other sites are not asked.
func TestEveryLinkOfTheSiteLeadsSomewhere(t *testing.T) {
	dir, all := gathered(t)
	seen := 0
	for page, root := range all {
		for n := range root.Descendants() {
			for _, a := range n.Attr {
				if n.Type == html.ElementNode && slices.Contains(leads[n.DataAtom], a.Key) {
					seen++
					assert.Empty(t, all.wrong(dir, page, a.Val), "%s leads to %s", page, a.Val)
				}
			}
		}
	}
	assert.Greater(t, seen, 700)
	for address, why := range map[string]string{"report/#claim-99": "no place", "docs/none.html": "no file",
		"../up.html": "out of", "#lesson=lock/none": "no such lesson", "#lesson=none": "no such lesson",
		"ftp://example.org": "no address", "http://example.org/": "no address", "#no-such": "no-such"} {
		assert.Contains(t, all.wrong(dir, "index.html", address), why, "a wrong link would be found: %s", address)
	}
}

// reported are the places of the report that a lesson sends its readers to.
var reported = regexp.MustCompile(`\|(report/[^]]*)\]`)

func TestLessonsLeadToPlacesOfTheReport(t *testing.T) {
	dir, all := gathered(t)
	files, err := filepath.Glob("../../viz/story/lessons/*.json")
	require.NoError(t, err)
	seen := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range reported.FindAllSubmatch(text, -1) {
			seen++
			assert.Empty(t, all.wrong(dir, "index.html", string(m[1])), "%s leads to %s", file, m[1])
		}
	}
	assert.Greater(t, seen, 5)
}

// Every page but the Lab and the slides has the same frame: one heading, its name, the policy, no name twice, and the
// navigation with its own place marked.
func TestEveryPageHasTheFrame(t *testing.T) {
	_, all := gathered(t)
	var first []string
	for page, root := range all {
		if strings.HasPrefix(page, "slides/") {
			continue
		}
		heads, titles, policies, here := 0, 0, 0, 0
		var nav []string
		for n := range root.Descendants() {
			switch n.DataAtom {
			case atom.H1:
				heads++
			case atom.Title:
				titles++
			case atom.Meta:
				if value(n, "http-equiv") == "Content-Security-Policy" {
					policies++
					assert.Contains(t, value(n, "content"), "default-src 'none'", page)
				}
			case atom.A:
				if above := n.Parent.Parent.Parent; above != nil && value(above, "class") == "site" {
					nav = append(nav, n.FirstChild.Data)
					if value(n, "aria-current") != "" {
						here++
					}
				}
			}
		}
		assert.Equal(t, []int{1, 1, 1}, []int{heads, titles, policies}, "headings, titles, policies of %s", page)
		twice := ids(root)
		slices.Sort(twice)
		assert.Equal(t, slices.Compact(slices.Clone(twice)), twice, "names of places of %s", page)
		if page == "index.html" { // which does not lead to itself
			nav = append([]string{"Lab"}, nav...)
		} else {
			assert.Equal(t, 1, here, "places of %s in the navigation", page)
		}
		if first == nil {
			first = nav
		}
		assert.Equal(t, first, nav, "the navigation of %s", page)
	}
	assert.Subset(t, first, []string{"Lab", "Lessons", "For teachers", "Report", "Docs"})
	assert.Greater(t, len(all), 15)
}

func value(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
