// Package report writes what package sim/reproduce found as a report: one small document of headings, paragraphs,
// tables and figures, as Markdown and as a page of its own, and all that it is made of as CSV, from which it can be
// written anew. It runs nothing and judges nothing.
package report

import (
	"fmt"
	"html"
	"io"
	"regexp"
	"strings"
	"unicode"

	"github.com/sparkling-lab/sparkling/sim/reproduce"
	"github.com/sparkling-lab/sparkling/viz/figure"
)

// document is what is written, in order.
type document struct {
	title  string
	lab    bool // the page links back to that of the Lab
	blocks []block
}

// block is one of heading, subheading, text, wide, list, numbered, table, grid, contents, picture.
type block any

type (
	heading    string
	subheading struct{ id, text string }
	wide       string // text in lines as long as the page
	text       string // **strong**, *emphasis*, `code` and [words](address) may be used in it
	list       []string
	numbered   []string
	contents   struct{} // the headings that follow
	table      struct {
		caption string
		head    []string
		rows    [][]cell // the first column is words, the others are numbers
	}
	cell struct {
		text    string
		verdict reproduce.Verdict // what the numbers say, or empty
		note    string            // a few words more
		id      string            // what an address calls it
	}
	picture struct{ figure.Figure }
)

func (d *document) add(b ...block) { d.blocks = append(d.blocks, b...) }

// figures are the pictures of the document.
func (d *document) figures() []figure.Figure {
	var out []figure.Figure
	for _, b := range d.blocks {
		if p, ok := b.(picture); ok {
			out = append(out, p.Figure)
		}
	}
	return out
}

// markdown writes the document. Pictures are the PNG files beside it: what an SVG looks like depends on the fonts of
// who looks.
func (d *document) markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", d.title)
	for _, x := range d.blocks {
		b.WriteString("\n")
		switch x := x.(type) {
		case heading:
			fmt.Fprintf(&b, "## %s\n", x)
		case subheading:
			fmt.Fprintf(&b, "### %s%s\n", named(x.id), x.text)
		case text, wide:
			fmt.Fprintf(&b, "%s\n", x)
		case list:
			for _, item := range x {
				fmt.Fprintf(&b, "- %s\n", item)
			}
		case numbered:
			for i, item := range x {
				fmt.Fprintf(&b, "%d. %s\n", i+1, item)
			}
		case contents:
			for _, h := range d.headings() {
				fmt.Fprintf(&b, "- [%s](#%s)\n", h, slug(h))
			}
		case grid:
			x.markdown(&b)
		case table:
			if x.caption != "" {
				fmt.Fprintf(&b, "%s\n\n", x.caption)
			}
			fmt.Fprintf(&b, "| %s |\n|---|%s\n", strings.Join(x.head, " | "), strings.Repeat("---:|", len(x.head)-1))
			for _, row := range x.rows {
				b.WriteString("|")
				for _, c := range row {
					fmt.Fprintf(&b, " %s |", c.markdown())
				}
				b.WriteString("\n")
			}
		case picture:
			fmt.Fprintf(&b, "![%s](%s.png)\n\n%s\n", x.Title, x.Name, x.Caption)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// plain are cells of nothing but words or numbers.
func plain(of ...string) []cell {
	var out []cell
	for _, s := range of {
		out = append(out, cell{text: s})
	}
	return out
}

func (c cell) markdown() string {
	s := c.text
	if c.id != "" {
		s = named(c.id) + s
	}
	if c.verdict != "" && s != "" {
		s += ": "
	}
	s += c.verdict.Word()
	if c.note != "" {
		s += " (" + c.note + ")"
	}
	return s
}

// sheetFile is the sheet that [document.page] asks for.
const sheetFile = "report.css"

// page writes the document as a page that asks for nothing but what lies beside it.
func (d *document) page(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy"
    content="default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light">
  <title>%s</title>
  <link rel="stylesheet" href="%s">
</head>
<body>
<main>
`, html.EscapeString(d.title), sheetFile)
	if d.lab {
		b.WriteString("<nav><a href=\"../\">← The Lab</a></nav>\n")
	}
	fmt.Fprintf(&b, "<h1>%s</h1>\n", html.EscapeString(d.title))
	for _, x := range d.blocks {
		switch x := x.(type) {
		case heading:
			fmt.Fprintf(&b, "<h2 id=\"%s\">%s</h2>\n", anchor(string(x)), inline(string(x)))
		case subheading:
			fmt.Fprintf(&b, "<h3 id=\"%s\">%s</h3>\n", x.id, inline(x.text))
		case text:
			fmt.Fprintf(&b, "<p>%s</p>\n", inline(string(x)))
		case wide:
			fmt.Fprintf(&b, "<p class=\"wide\">%s</p>\n", inline(string(x)))
		case list:
			items(&b, "ul", x)
		case numbered:
			items(&b, "ol", x)
		case contents:
			b.WriteString("<nav class=\"contents\" aria-label=\"Contents\"><ul>\n")
			for _, h := range d.headings() {
				fmt.Fprintf(&b, "<li><a href=\"#%s\">%s</a></li>\n", anchor(h), inline(h))
			}
			b.WriteString("</ul></nav>\n")
		case grid:
			x.page(&b)
		case table:
			x.page(&b)
		case picture:
			fmt.Fprintf(&b, "<figure><a href=\"%s.png\"><img src=\"%s.png\" alt=\"%s\" "+
				"loading=\"lazy\"></a><figcaption>%s <a href=\"%s.png\">Larger</a>, <a "+
				"href=\"%s.svg\">SVG</a></figcaption></figure>\n",
				x.Name, x.Name, html.EscapeString(x.Title+". "+x.Caption), inline(x.Caption), x.Name, x.Name)
		}
	}
	b.WriteString("</main>\n</body>\n</html>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// items writes a list of a kind.
func items(b *strings.Builder, kind string, of []string) {
	fmt.Fprintf(b, "<%s>\n", kind)
	for _, item := range of {
		fmt.Fprintf(b, "<li>%s</li>\n", inline(item))
	}
	fmt.Fprintf(b, "</%s>\n", kind)
}

// headings are those of the document, in order.
func (d *document) headings() []string {
	var out []string
	for _, b := range d.blocks {
		if h, ok := b.(heading); ok {
			out = append(out, string(h))
		}
	}
	return out
}

// page writes the table. Its roles are said outright and each cell carries the head of its column, because a narrow
// window stacks the cells.
func (t table) page(b *strings.Builder) {
	b.WriteString("<table role=\"table\">\n")
	if t.caption != "" {
		fmt.Fprintf(b, "<caption>%s</caption>\n", inline(t.caption))
	}
	b.WriteString("<thead role=\"rowgroup\"><tr role=\"row\">")
	for _, h := range t.head {
		fmt.Fprintf(b, "<th role=\"columnheader\" scope=\"col\">%s</th>", inline(h))
	}
	b.WriteString("</tr></thead>\n<tbody role=\"rowgroup\">\n")
	for _, row := range t.rows {
		fmt.Fprintf(b, "<tr role=\"row\"><th role=\"rowheader\" scope=\"row\">%s</th>", inline(row[0].text))
		for k, c := range row[1:] {
			id := ""
			if c.id != "" {
				id = fmt.Sprintf(" id=\"%s\"", c.id)
			}
			fmt.Fprintf(b, "<td role=\"cell\"%s data-head=\"%s\"><div>%s</div></td>", id,
				html.EscapeString(t.head[k+1]), c.page())
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</tbody></table>\n")
}

// page writes what is in a cell; its pieces go below each other where there is no room for them side by side.
func (c cell) page() string {
	var pieces []string
	if c.text != "" {
		pieces = append(pieces, "<span>"+inline(c.text)+"</span>")
	}
	if c.verdict != "" {
		pieces = append(pieces, fmt.Sprintf("<span class=%q>%s</span>", verdictClass[c.verdict], c.verdict.Word()))
	}
	if c.note != "" {
		pieces = append(pieces, "<small>"+inline(c.note)+"</small>")
	}
	return strings.Join(pieces, " ")
}

// verdictClass colours a verdict.
var verdictClass = map[reproduce.Verdict]string{
	reproduce.Reproduces: "yes", reproduce.DoesNot: "no", reproduce.NotResolved: "open", reproduce.NotMeasured: "aside",
	reproduce.Aside: "aside",
}

var (
	strong   = regexp.MustCompile(`\*\*([^*]+)\*\*`)
	emphasis = regexp.MustCompile(`\*([^*]+)\*`)
	code     = regexp.MustCompile("`([^`]+)`")
	link     = regexp.MustCompile(`\[([^\]]+)\]\(([^)]+)\)`)
	notWord  = regexp.MustCompile(`[^a-z0-9]+`)
)

// inline is text as HTML.
func inline(s string) string {
	s = html.EscapeString(s)
	s = strong.ReplaceAllString(s, "<strong>$1</strong>")
	s = emphasis.ReplaceAllString(s, "<em>$1</em>")
	s = link.ReplaceAllString(s, `<a href="$2">$1</a>`)
	return code.ReplaceAllString(s, "<code>$1</code>")
}

// named is a place in Markdown that an address leads to.
func named(id string) string { return "<a id=\"" + id + "\"></a>" }

// slug is what viewers of Markdown make of a heading's words, to lead to it.
func slug(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// anchor is what the page calls a heading.
func anchor(s string) string {
	return strings.Trim(notWord.ReplaceAllString(strings.ToLower(s), "-"), "-")
}
