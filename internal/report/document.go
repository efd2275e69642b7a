// Package report writes what package sim/reproduce found as a report: one small document of headings, paragraphs, tables and figures, as
// Markdown and as a page of its own, and the numbers behind it as CSV. It runs nothing and judges nothing.
package report

import (
	"fmt"
	"html"
	"io"
	"regexp"
	"strings"

	"github.com/sparkling-lab/sparkling/viz/figure"
)

// document is what is written, in order.
type document struct {
	title  string
	blocks []block
}

// block is one of heading, text, list, table, picture.
type block any

type (
	heading string
	text    string // **strong**, *emphasis* and `code` may be used in it
	list    []string
	table   struct {
		caption string
		head    []string
		rows    [][]string // the first column is words, the others are numbers
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

// markdown writes the document. Pictures are the PNG files beside it: what an SVG looks like depends on the fonts of who looks.
func (d *document) markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", d.title)
	for _, x := range d.blocks {
		b.WriteString("\n")
		switch x := x.(type) {
		case heading:
			fmt.Fprintf(&b, "## %s\n", x)
		case text:
			fmt.Fprintf(&b, "%s\n", x)
		case list:
			for _, item := range x {
				fmt.Fprintf(&b, "- %s\n", item)
			}
		case table:
			if x.caption != "" {
				fmt.Fprintf(&b, "%s\n\n", x.caption)
			}
			fmt.Fprintf(&b, "| %s |\n|---|%s\n", strings.Join(x.head, " | "), strings.Repeat("---:|", len(x.head)-1))
			for _, row := range x.rows {
				fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
			}
		case picture:
			fmt.Fprintf(&b, "![%s](%s.png)\n\n%s\n", x.Title, x.Name, x.Caption)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// style is the sheet that [document.page] asks for.
const style = "report.css"

// page writes the document as a page that asks for nothing but what lies beside it.
func (d *document) page(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light">
  <title>%s</title>
  <link rel="stylesheet" href="%s">
</head>
<body>
<main>
<h1>%s</h1>
`, html.EscapeString(d.title), style, html.EscapeString(d.title))
	for _, x := range d.blocks {
		switch x := x.(type) {
		case heading:
			fmt.Fprintf(&b, "<h2 id=\"%s\">%s</h2>\n", anchor(string(x)), inline(string(x)))
		case text:
			fmt.Fprintf(&b, "<p>%s</p>\n", inline(string(x)))
		case list:
			b.WriteString("<ul>\n")
			for _, item := range x {
				fmt.Fprintf(&b, "<li>%s</li>\n", inline(item))
			}
			b.WriteString("</ul>\n")
		case table:
			x.page(&b)
		case picture:
			fmt.Fprintf(&b, "<figure><img src=\"%s.png\" alt=\"%s\" loading=\"lazy\"><figcaption>%s <a href=\"%s.svg\">SVG</a></figcaption></figure>\n",
				x.Name, html.EscapeString(x.Title+". "+x.Caption), inline(x.Caption), x.Name)
		}
	}
	b.WriteString("</main>\n</body>\n</html>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func (t table) page(b *strings.Builder) {
	b.WriteString("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"table\"><table>\n")
	if t.caption != "" {
		fmt.Fprintf(b, "<caption>%s</caption>\n", inline(t.caption))
	}
	b.WriteString("<thead><tr>")
	for _, h := range t.head {
		fmt.Fprintf(b, "<th scope=\"col\">%s</th>", inline(h))
	}
	b.WriteString("</tr></thead>\n<tbody>\n")
	for _, row := range t.rows {
		fmt.Fprintf(b, "<tr><th scope=\"row\">%s</th>", inline(row[0]))
		for _, cell := range row[1:] {
			fmt.Fprintf(b, "<td%s>%s</td>", verdictClass(cell), inline(cell))
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</tbody></table></div>\n")
}

var (
	strong   = regexp.MustCompile(`\*\*([^*]+)\*\*`)
	emphasis = regexp.MustCompile(`\*([^*]+)\*`)
	code     = regexp.MustCompile("`([^`]+)`")
	notWord  = regexp.MustCompile(`[^a-z0-9]+`)
)

// inline is text as HTML.
func inline(s string) string {
	s = html.EscapeString(s)
	s = strong.ReplaceAllString(s, "<strong>$1</strong>")
	s = emphasis.ReplaceAllString(s, "<em>$1</em>")
	return code.ReplaceAllString(s, "<code>$1</code>")
}

func anchor(s string) string {
	return strings.Trim(notWord.ReplaceAllString(strings.ToLower(s), "-"), "-")
}
