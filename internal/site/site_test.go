package site

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/markup"
)

const module = "../.."

// written is the site in a folder that has the Lab, the report, and of the slides what is asked for.
func written(t *testing.T, slides ...string) string {
	t.Helper()
	page := t.TempDir()
	for file, from := range map[string]string{"index.html": "index.html",
		"report/index.html": "site/report/index.html"} {
		text, err := os.ReadFile(filepath.Join(module, from))
		require.NoError(t, err)
		put(t, page, file, string(text))
	}
	for _, file := range slides {
		put(t, page, file, "made with the slides")
	}
	require.NoError(t, Write(module, page))
	return page
}

func put(t *testing.T, dir, file, text string) {
	t.Helper()
	file = filepath.Join(dir, file)
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
}

func read(t *testing.T, dir, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, file))
	require.NoError(t, err)
	return string(text)
}

// Who has not built the slides finds no link that leads nowhere; who has finds them from every page.
func TestTheNavigationLeadsToWhatWasBuilt(t *testing.T) {
	without := written(t)
	with := written(t, "slides/index.html", "slides/slides.pdf", "teach/handout.html", "teach/handout.pdf")
	for _, file := range []string{"index.html", "report/index.html", "docs/index.html", "docs/files.html",
		"lessons/index.html", "teach/index.html"} {
		up := strings.Repeat("../", strings.Count(file, "/"))
		assert.Contains(t, read(t, with, file), `<a href="`+up+`slides/">Slides</a>`, file)
		assert.NotContains(t, read(t, without, file), `slides/"`, file)
		assert.Contains(t, read(t, without, file), `<a href="`+up+`lessons/"`, file)
	}
	assert.Contains(t, read(t, with, "teach/index.html"), `href="handout.pdf"`)
	assert.Contains(t, read(t, without, "teach/index.html"), `<span title="make slides builds this">`)
}

// A page whose place for the navigation was lost is not published without one.
func TestAPageWithoutAPlaceForTheNavigationIsRefused(t *testing.T) {
	page := t.TempDir()
	put(t, page, "index.html", "<html>no place</html>")
	assert.ErrorContains(t, Write(module, page), "index.html has 0 of")
	assert.ErrorContains(t, Write(module, t.TempDir()), "holds no page of the Lab")
}

func TestAddressesInTextsBecomeThoseOfTheSite(t *testing.T) {
	page := t.TempDir()
	put(t, page, "teach/handout.pdf", "")
	s := &Site{module: module, page: page}
	for _, x := range []struct{ text, page, address, want string }{
		{"docs/tasks.md", "docs/tasks.html", "systems.md", "systems.html"},
		{"docs/tasks.md", "docs/tasks.html", "systems.md#a-b", "systems.html#a-b"},
		{"docs/tasks.md", "docs/tasks.html", "#here", "#here"},
		{"docs/tasks.md", "docs/tasks.html", "https://arxiv.org/abs/2602.02472", "https://arxiv.org/abs/2602.02472"},
		{"docs/tasks.md", "docs/tasks.html", "../index.html#lesson=lock/equal", "../#lesson=lock/equal"},
		{"docs/tasks.md", "docs/tasks.html", "../index.html?present#lock", "../?present#lock"},
		{"docs/tasks.md", "docs/tasks.html", "../model/count.go", "source:model/count.go"},
		{"docs/tasks.md", "docs/tasks.html", "../README.md", "source:README.md"},
		{"docs/tasks.md", "docs/tasks.html", "../site/still.png", "../site/still.png"},
		{"docs/tasks.md", "docs/tasks.html", "../site/report/report.md", "../report/"},
		{"docs/tasks.md", "docs/tasks.html", "../site/teach/index.md", "../teach/index.html"},
		{"site/teach/index.md", "teach/index.html", "seminar.md#muon", "seminar.html#muon"},
		{"site/teach/index.md", "teach/index.html", "../../docs/tasks.md", "../docs/tasks.html"},
		{"site/teach/index.md", "teach/index.html", "../../lessons/index.html", "../lessons/index.html"},
		{"site/teach/index.md", "teach/index.html", "../report/report.md", "../report/"},
		{"site/teach/index.md", "teach/index.html", "../slides/index.html", "absent:site/slides/index.html"},
		{"site/teach/index.md", "teach/index.html", "handout.pdf", "handout.pdf"},
	} {
		got, err := s.link(x.text, x.page)(x.address)
		require.NoError(t, err, x.address)
		assert.Equal(t, x.want, got, x.address)
	}
	for _, address := range []string{"none.md", "../../outside.md", "/etc/hosts"} {
		_, err := s.link("docs/tasks.md", "docs/tasks.html")(address)
		assert.ErrorContains(t, err, "the project has no", address)
	}
}

// What a text says wrongly is named with its file and line.
func TestATextThatIsNotUnderstoodIsRefusedByName(t *testing.T) {
	dir := t.TempDir()
	s := &Site{module: dir, page: dir}
	for text, want := range map[string]string{
		"# A\n\n[b](none.md)\n":       "docs/a.md:3: the link to none.md: the project has no docs/none.md",
		"# A\n\n<b>bold</b>\n":        "docs/a.md:3: HTML is not taken",
		"no title\n":                  "docs/a.md has no title",
		"# A\n\n{{seeds adamw}}\n":    "docs/a.md:3: {{seeds adamw}}: here nothing is known",
		"# A\n\nbad \x01 character\n": "docs/a.md:3",
		"# A\n\n![](../a.png)\n":      "docs/a.md:3: the picture ../a.png: it has no words",
	} {
		put(t, dir, "docs/a.md", text)
		_, err := s.text("docs/a.md", "docs/a.html", markup.Renderer{})
		assert.ErrorContains(t, err, want)
	}
}

func TestAPageIsMadeReadable(t *testing.T) {
	body, about, err := finish("<h1>Title</h1>\n<p>One <em>two</em>. Three.</p>\n"+
		"<p><a href=\"source:model/a.go\"><code>A</code></a> <code>#lock</code> <code>#none</code> "+
		"<code>#lesson=lock/equal</code> "+
		"<code>#lesson=NAME</code></p>\n"+
		"<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>x</td><td><code>NameOfATestThatIsLong</code></td></tr>"+
		"</tbody></table>\n<pre><code>#lock NameOf</code></pre>", "docs/a.html")
	require.NoError(t, err)
	assert.Equal(t, "One two.", about)
	text := string(body)
	assert.NotContains(t, text, "Title", "the frame has it")
	for _, want := range []string{`<span title="model/a.go"><code class="short">A</code></span>`,
		`<a href="../#lock"><code>#lock</code></a> <code class="short">#none</code> `,
		`<a href="../#lesson=lock/equal"><code>#lesson=lock/equal</code></a> `,
		`<code class="short">#lesson=NAME</code>`,
		`<td role="cell" data-head="b">`, `<code>Name<wbr/>Of<wbr/>ATest<wbr/>That<wbr/>Is<wbr/>Long</code>`,
		`<pre tabindex="0"><code>#lock NameOf</code></pre>`} {
		assert.Contains(t, text, want)
	}
}

// answered finds the answers of the seminar, and checked the tests that each names at its foot.
var (
	answered = regexp.MustCompile(`(?s)\n## ([^\n]+)\n(.*?)::: answer\n(.*?)\n:::\n`)
	checked  = regexp.MustCompile("`(Test\\w+)` in\\s+`([a-z/]+)`")
)

// Every exercise of the seminar has an answer, and every answer names tests that exist in the package that it says.
func TestEveryAnswerOfTheSeminarIsChecked(t *testing.T) {
	text := read(t, module, "site/teach/seminar.md")
	all := answered.FindAllStringSubmatch(text, -1)
	require.Len(t, all, strings.Count(text, "\n## "), "an exercise has no answer")
	for _, x := range all {
		assert.Contains(t, x[2], "../../index.html#", "%s has a picture of the Lab", x[1])
		at := strings.LastIndex(x[3], "\n\n")
		tests := checked.FindAllStringSubmatch(x[3][max(at, 0):], -1)
		assert.NotEmpty(t, tests, "the answer to %s names no test", x[1])
		for _, test := range tests {
			files, err := filepath.Glob(filepath.Join(module, test[2], "*_test.go"))
			require.NoError(t, err)
			found := false
			for _, file := range files {
				found = found || strings.Contains(read(t, file, ""), "\nfunc "+test[1]+"(t *testing.T)")
			}
			assert.True(t, found, "%s: there is no %s in %s", x[1], test[1], test[2])
		}
	}
}

// slide finds links to a slide, by the name of its title.
var slide = regexp.MustCompile(`\(\.\./slides/index\.html#/([^)]*)\)`)

// The page for teachers leads to slides that there are, also where they have not been built.
func TestLinksToSlidesNameTheirTitles(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(module, slideTexts, "*.md"))
	require.NoError(t, err)
	titles := map[string]bool{}
	for _, file := range files {
		for line := range strings.Lines(read(t, file, "")) {
			if !strings.HasPrefix(line, "# ") {
				continue
			}
			page, err := markup.Renderer{IDs: true}.Render(markup.Source{File: file, Line: 1, Text: line})
			require.NoError(t, err)
			titles[page.Headings[0].ID] = true
		}
	}
	linked := slide.FindAllStringSubmatch(read(t, module, "site/teach/index.md"), -1)
	assert.Greater(t, len(linked), 5)
	for _, m := range linked {
		assert.Contains(t, titles, m[1])
	}
}

// How the Lab is cited is written once: programs read the file, teachers the same as BibTeX.
func TestTheCitationIsThatOfTheFile(t *testing.T) {
	s := &Site{module: module}
	text, err := s.citation()
	require.NoError(t, err)
	for _, want := range []string{"@inproceedings{yu2026,", "author = {Yu, Q. and Ma, X. and", "and He, D.}",
		"year = {2026}", "url = {https://arxiv.org/abs/2602.02472}", "@misc{sparkling-lab,",
		"author = {{The SPARKLING Lab authors}}"} {
		assert.Contains(t, string(text), want)
	}
}
