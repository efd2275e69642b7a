package markup

import (
	"encoding/xml"
	"errors"
	"fmt"
	"html/template"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// full answers for everything, so that it can be seen what it was asked.
func full() Renderer {
	esc := template.HTMLEscapeString
	return Renderer{
		Slot: func(name string, args []string) (template.HTML, error) {
			if name != "known" {
				return "", errors.New("there is no such number")
			}
			return template.HTML("<b>" + esc(strings.Join(args, "+")) + "</b>"), nil
		},
		Cite: func(key string) (template.HTML, error) { return template.HTML("<cite>" + esc(key) + "</cite>"), nil },
		Math: func(tex string, display bool) (template.HTML, error) {
			return template.HTML(fmt.Sprintf(`<math class="d%v">%s</math>`, display, esc(tex))), nil
		},
		Blocks: map[string]func(Block) (template.HTML, error){
			"lab": func(b Block) (template.HTML, error) {
				return template.HTML(fmt.Sprintf("<p>%d %s %s</p>", b.Line, esc(b.Info), esc(b.Text))), nil
			},
		},
		Boxes: []string{"left", "right", "narrow"},
		Link:  func(to string) (string, error) { return strings.Replace(to, ".md", ".html", 1), nil },
		Image: func(at, alt string) (template.HTML, error) {
			return template.HTML("<i>" + esc(at) + " " + esc(alt) + "</i>"), nil
		},
		IDs: true,
	}
}

func TestWhatASourceBecomes(t *testing.T) {
	for _, c := range []struct{ name, source, want string }{
		{"slot", "It knows {{known a b}} facts.", "<p>It knows <b>a+b</b> facts.</p>\n"},
		{"slot in a table", "|a|\n|--:|\n|{{known x}}|", "<table>\n<thead>\n<tr>\n<th class=\"right\">a</th>\n</tr>\n" +
			"</thead>\n<tbody>\n<tr>\n<td class=\"right\"><b>x</b></td>\n</tr>\n</tbody>\n</table>\n"},
		{"slot escaped", `\{{known}} and ` + "`{{known}}`", "<p>{{known}} and <code>{{known}}</code></p>\n"},
		{"paper", "{{paper 59.64}}", "<p><span class=\"paper\" title=\"the paper’s number\">59.64</span></p>\n"},
		{"cite", "as in {{cite he15}}.", "<p>as in <cite>he15</cite>.</p>\n"},
		{"math", `is $a_1*b*c\$$ here`, `<p>is <math class="dfalse">a_1*b*c\$</math> here</p>` + "\n"},
		{"money is no math", "between $5 and $6, or a $ b $", "<p>between $5 and $6, or a $ b $</p>\n"},
		{"display", "where\n$$a\n= b\n- c$$\nholds",
			"<p>where</p>\n<math class=\"dtrue\">a\n= b\n- c</math>\n<p>holds</p>\n"},
		{"display in one line", "$$ x $$", "<math class=\"dtrue\">x</math>\n"},
		{"braces in math", "$\\frac{{{a}}}{b}$", "<p><math class=\"dfalse\">\\frac{{{a}}}{b}</math></p>\n"},
		{"box", "::: left narrow\n- a\n:::\nb",
			"<div class=\"left narrow\">\n<ul>\n<li>a</li>\n</ul>\n</div>\n<p>b</p>\n"},
		{"boxes nest", "::: left\n::: right\n```\n:::\n```\n:::\nx\n:::", "<div class=\"left\">\n" +
			"<div class=\"right\">\n<pre><code>:::\n</code></pre>\n</div>\n<p>x</p>\n</div>\n"},
		{"a formula ends a box", "::: left\n$$\n:::\nx\n$$\n:::",
			"<div class=\"left\">\n<math class=\"dtrue\">:::\nx</math>\n</div>\n"},
		{"block", "\n```lab here\na: <b\n```", "<p>2 here a: &lt;b\n</p>"},
		{"code", "```go\nx < y\n```", "<pre><code class=\"language-go\">x &lt; y\n</code></pre>\n"},
		{"link", "[a](b.md#c)", "<p><a href=\"b.html#c\">a</a></p>\n"},
		{"image with a slot", "![*{{known 7}}*, $x$](b)", "<p><i>b 7, x</i></p>\n"},
		{"image", "![an *alt*](figure:x)", "<p><i>figure:x an alt</i></p>\n"},
		{"comment", "a <!-- note --> b\n\n<!--\nlonger\n-->\n", "<p>a  b</p>\n"},
		{"empty", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := full().Render(Source{"f.md", 1, c.source})
			require.NoError(t, err)
			assert.Equal(t, c.want, string(got.HTML))
		})
	}
}

func TestWhatIsNotUnderstoodIsNamedWithItsPlace(t *testing.T) {
	bare := Renderer{}
	for _, c := range []struct {
		name, source, want string
		with               Renderer
	}{
		{"unknown slot", "a\n\nb {{other x}}", "f.md:12: {{other x}}: there is no such number", full()},
		{"second line of a paragraph", "a\nb {{other}}", "f.md:11: {{other}}", full()},
		{"no slots", "{{known}}", "f.md:10: {{known}}: here nothing is known that is called known", bare},
		{"no citations", "{{cite x}}", "called cite", bare},
		{"cite of two", "{{cite x y}}", "cite takes one key", full()},
		{"paper of two", "{{paper 1 2}}", "paper takes one number", full()},
		{"slot without a name", "{{ }}", "has no name", full()},
		{"slot with a capital", "{{Known}}", "has no name", full()},
		{"slot open", "a {{known\nb}}", "f.md:10: {{ is not closed", full()},
		{"no math", "a $x$", "f.md:10: $x$: no formula can be set here", bare},
		{"display within a line", "a $$x$$", "$$ stands at the start of a line", full()},
		{"display open", "\n$$x\n", "f.md:11: the formula is not closed", full()},
		{"display empty", "$$$$", "the formula is empty", full()},
		{"unknown box", "::: middle\n:::", "f.md:10: ::: middle: there is no such box; there are here: left", full()},
		{"box open", "::: left\na", "f.md:10: ::: left is not closed", full()},
		{"box never opened", "a\n\n:::\n", "f.md:12: ::: closes a box, and none is open", full()},
		{"HTML", "a <b>c</b>", "f.md:10: HTML is not taken", full()},
		{"HTML block", "<script>x</script>\n", "f.md:10: HTML is not taken", full()},
		{"HTML behind a comment", "<!-- a --> <script>x</script>\n", "HTML is not taken", full()},
		{"script", "[a](javascript:x)", "f.md:10: no page may link to javascript:x", full()},
		{"script in disguise", "[a](javascript&colon;x)", "no page may link to javascript&colon;x", full()},
		{"script behind a reference", "[a]\n\n[a]: java&#115;cript:x", "f.md:10: no page may link to", bare},
		{"slot of a picture", "![{{other}}](b)", "f.md:10: {{other}}", full()},
		{"slot of a picture that nobody draws", "![*{{known}}*](b)",
			"f.md:10: here the words of a picture have no slots", Renderer{Slot: full().Slot}},
		{"title of a picture", "![a](b 'c')", "f.md:10: the picture b: it has a title", full()},
		{"script, by itself", "<javascript:x>", "no page may link to javascript:x", full()},
		{"control character", "a\nb\x01", "f.md:11: the line is no text", full()},
		{"reference to a control character", "a&#1;", "f.md: a character reference names a control character", full()},
		{"no UTF-8", "\xff", "f.md:10: the line is no text", full()},
		{"too much", strings.Repeat("a", MaxSource+1), "at most 1048576 are taken", full()},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := c.with.Render(Source{"f.md", 10, c.source})
			assert.ErrorContains(t, err, c.want)
		})
	}
}

func TestAllThatIsWrongIsSaidAtOnce(t *testing.T) {
	_, err := full().Render(Source{"f.md", 1, "{{a}}\n\n{{b}}\n\n```lab\n```"})
	assert.ErrorContains(t, err, "f.md:1: {{a}}")
	assert.ErrorContains(t, err, "f.md:3: {{b}}")
}

func TestHeadingsAreListedWithTheirIDs(t *testing.T) {
	page, err := full().Render(Source{Text: "# The *first* {{known 7}} $x$\n\n## A\n\n## A\n"})
	require.NoError(t, err)
	assert.Equal(t, "The first 7 x", page.Title)
	assert.Equal(t, []Heading{{1, "the-first-known-7-x", page.Title}, {2, "a", "A"}, {2, "a-1", "A"}}, page.Headings)
	assert.Contains(t, string(page.HTML), `<h2 id="a-1">`)
	plain, err := Renderer{}.Render(Source{Text: "# A"})
	require.NoError(t, err)
	assert.Equal(t, "<h1>A</h1>\n", string(plain.HTML))
}

// The documents that are there now say nothing that would be lost.
func TestTheDocumentsOfTheProjectAreUnderstood(t *testing.T) {
	documents, err := filepath.Glob("../../docs/*.md")
	require.NoError(t, err)
	require.NotEmpty(t, documents)
	for _, file := range documents {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		page, err := Renderer{IDs: true}.Render(Source{file, 1, string(text)})
		if assert.NoError(t, err) {
			assert.NotEmpty(t, page.Title, file)
			assert.NoError(t, strict(string(page.HTML), nil), file)
		}
	}
}

// strict reads HTML as XML, in which nothing that is open or unescaped passes, and calls f for each element.
func strict(html string, f func(e xml.StartElement) error) error {
	for d := xml.NewDecoder(strings.NewReader("<x>" + html + "</x>")); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if e, ok := token.(xml.StartElement); ok && f != nil {
			if err := f(e); err != nil {
				return err
			}
		}
	}
}

// Whatever a source holds, the page is well-formed, and has no element and no attribute but these: nothing that runs,
// and nothing that a strict policy would refuse.
func FuzzRender(f *testing.F) {
	for _, s := range []string{"# a\n\n$x$ {{known a}} {{paper 1}}\n", "$$\na\n$$\n", "::: left\n::: right\n:::\n:::\n",
		"```lab\na: b\n```\n", "|a|b|\n|:-:|--:|\n|{{cite x}}|`|`|\n", "![a](b)[c](d)<http://e.f>\n", "<!-- a -->\n",
		"> ::: left\n> a\n> :::\n", "- $$x\n  y$$\n", "[a]: <b> 'c\"'\n\n[a] ![a]", "3. a\n4. b\n",
		"a  \nb\\\nc&amp;&#0;&x"} {
		f.Add(s)
	}
	known := map[string]string{"x": "", "p": "", "h1": "id", "h2": "id", "h3": "id", "h4": "id", "h5": "id", "h6": "id",
		"a": "href title", "img": "src alt title", "b": "", "i": "", "em": "", "strong": "", "code": "class", "pre": "",
		"ul": "", "ol": "start", "li": "", "blockquote": "", "hr": "", "br": "", "table": "", "thead": "", "tbody": "",
		"tr": "", "th": "class", "td": "class", "div": "class", "span": "class title", "math": "class", "cite": ""}
	f.Fuzz(func(t *testing.T, source string) {
		page, err := full().Render(Source{"f.md", 1, source})
		if err != nil {
			assert.Contains(t, err.Error(), "f.md")
			return
		}
		assert.NoError(t, strict(string(page.HTML), func(e xml.StartElement) error {
			allowed, ok := known[e.Name.Local]
			if !ok {
				return fmt.Errorf("an element %s", e.Name.Local)
			}
			for _, a := range e.Attr {
				if !strings.Contains(" "+allowed+" ", " "+a.Name.Local+" ") {
					return fmt.Errorf("an attribute %s of %s", a.Name.Local, e.Name.Local)
				}
				if strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Value)), "javascript:") {
					return fmt.Errorf("%s runs a script", e.Name.Local)
				}
			}
			return nil
		}), "%q", source)
	})
}
