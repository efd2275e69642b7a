// Package markup makes HTML of the project's Markdown: CommonMark with tables, and what slides, handout and documents
// add to it. It is the syntax alone: what a slot, a citation or a formula stands for is asked of functions, where pages
// lie and how they look is not known here, and no file is read or written.
//
// Beyond CommonMark there are
//
//	{{name arg …}}        a slot, such as a measured number, within one line
//	{{paper 59.64}}       a number of the paper, marked as such
//	{{cite key}}          a citation
//	$E = mc^2$            a formula in a line; $$ … $$ from the start of a line is one on display
//	::: name … :::        a box: a <div> of that class; boxes nest
//
// and fenced blocks of a language that a function answers for. HTML in the source is refused, but for comments, which
// are dropped; so is everything else that would be lost without a word. An error names the file and the line.
package markup

import (
	"bytes"
	"errors"
	"fmt"
	stdhtml "html"
	"html/template"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// MaxSource is how large a source may be, in bytes.
const MaxSource = 1 << 20

// Renderer says what the names in a source stand for. What a function is missing for is refused where it is used. The
// functions may be called in any order; what they return is put into the page as it is.
type Renderer struct {
	Slot func(name string, args []string) (template.HTML, error)
	Cite func(key string) (template.HTML, error)
	// Math makes MathML of a formula in TeX, on display or in a line.
	Math func(tex string, display bool) (template.HTML, error)
	// Blocks are the languages of fenced blocks that are no code to be shown.
	Blocks map[string]func(Block) (template.HTML, error)
	// Boxes are the classes that a box may have; a box has one or more of them.
	Boxes []string
	// Link gives the address that a link's leads to in the page; without it links stay as they are.
	Link func(address string) (string, error)
	// Image draws an image; without it one is an <img> with the address that Link gives.
	Image func(address, alt string) (template.HTML, error)
	// IDs gives headings ids to link to, as code hosts do.
	IDs bool
}

// Source is a text and where it is from. Line, from 1, is that of its first line in the file; 0 is the first too.
type Source struct {
	File string
	Line int
	Text string
}

// Block is a fenced block: its language, what stands behind that on the line of the fence, and its lines. Line, from 1,
// is that of the fence.
type Block struct {
	Language, Info, Text string
	File                 string
	Line                 int
}

// Page is what a source becomes. Title is the text of its first heading of level 1.
type Page struct {
	HTML     template.HTML
	Title    string
	Headings []Heading
}

// Heading is one of a page, in its order. ID is empty unless [Renderer.IDs] is set.
type Heading struct {
	Level    int
	ID, Text string
}

// Render makes a page. Its error names every place that is not understood.
func (r Renderer) Render(s Source) (Page, error) {
	s.Line = max(s.Line, 1)
	if err := s.check(); err != nil {
		return Page{}, err
	}
	source := []byte(s.Text)
	var options []parser.Option
	if r.IDs {
		options = append(options, parser.WithAutoHeadingID())
	}
	md := goldmark.New(
		goldmark.WithExtensions(extension.NewTable(
			extension.WithTableCellAlignMethod(extension.TableCellAlignNone))),
		goldmark.WithParserOptions(append(options,
			parser.WithBlockParsers(util.Prioritized(boxParser{}, 650), util.Prioritized(displayParser{}, 650)),
			parser.WithInlineParsers(util.Prioritized(slotParser{}, 50), util.Prioritized(mathParser{}, 50)))...),
		goldmark.WithRendererOptions(html.WithXHTML(),
			renderer.WithNodeRenderers(util.Prioritized(nodes{}, 100))),
	)
	tree := md.Parser().Parse(text.NewReader(source), parser.WithContext(parser.NewContext()))
	v := resolver{Renderer: r, source: source, at: s}
	v.walk(tree)
	if err := errors.Join(v.problems...); err != nil {
		return Page{}, err
	}
	var out bytes.Buffer
	if err := md.Renderer().Render(&out, source, tree); err != nil {
		return Page{}, fmt.Errorf("%s: %w", s.File, err)
	}
	if bytes.ContainsFunc(out.Bytes(), control) { // which only a reference such as &#1; can have put there
		return Page{}, fmt.Errorf("%s: a character reference names a control character", s.File)
	}
	v.page.HTML = template.HTML(out.String())
	return v.page, nil
}

// check refuses what is no text, or too much of it.
func (s Source) check() error {
	if len(s.Text) > MaxSource {
		return fmt.Errorf("%s has %d bytes; at most %d are taken", s.File, len(s.Text), MaxSource)
	}
	for i, line := range strings.Split(s.Text, "\n") {
		if strings.ContainsFunc(line, control) || !utf8.ValidString(line) {
			return fmt.Errorf("%s:%d: the line is no text in UTF-8 without control characters", s.File, s.Line+i)
		}
	}
	return nil
}

// control reports whether a character is none that a page may hold.
func control(c rune) bool {
	return c < ' ' && c != '\t' && c != '\r' && c != '\n' || c == 0x7f || c == 0xfffe || c == 0xffff
}

// tag is one of HTML that a slot became.
var tag = regexp.MustCompile(`<[^>]*>`)

// texts is what a node says, without its markup.
func texts(n ast.Node, source []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(c ast.Node, entering bool) (ast.WalkStatus, error) {
		switch c := c.(type) {
		case *ast.Text:
			if entering {
				b.Write(util.UnescapePunctuations(c.Value(source)))
				if c.SoftLineBreak() || c.HardLineBreak() {
					b.WriteByte(' ')
				}
			}
		case *span:
			if entering && c.math {
				b.WriteString(c.text)
			} else if entering {
				b.WriteString(stdhtml.UnescapeString(tag.ReplaceAllString(c.html, "")))
			}
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}
