package markup

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// slotName is what a slot may be called.
var slotName = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

// numeral is what {{paper …}} takes: a number with its sign and unit, in one word.
var numeral = regexp.MustCompile(`^[^\s<>&]{1,40}$`)

// resolver asks for all that a source names, and gathers what is not understood.
type resolver struct {
	Renderer
	source   []byte
	at       Source
	page     Page
	problems []error
}

// line is the one of the file that a place in the source lies on.
func (v *resolver) line(pos int) int {
	return v.at.Line + bytes.Count(v.source[:min(max(pos, 0), len(v.source))], []byte("\n"))
}

// wrong notes what is not understood at a node.
func (v *resolver) wrong(n ast.Node, err error) {
	for n.Pos() < 0 && n.Parent() != nil {
		n = n.Parent()
	}
	v.problems = append(v.problems, fmt.Errorf("%s:%d: %w", v.at.File, v.line(n.Pos()), err))
}

func (v *resolver) walk(tree ast.Node) {
	_ = ast.Walk(tree, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if h, ok := n.(*ast.Heading); ok && !entering { // when its slots are known
			v.heading(h)
		}
		if _, picture := n.(*ast.Image); picture != entering { // its words may have slots too
			if err := v.resolve(n); err != nil {
				v.wrong(n, err)
			}
		}
		return ast.WalkContinue, nil
	})
}

// resolve asks for what one node stands for.
func (v *resolver) resolve(n ast.Node) error {
	switch n := n.(type) {
	case *span:
		return v.span(n)
	case *formula:
		if !n.closed {
			return errors.New("the formula is not closed by $$ at the end of a line")
		}
		return v.math(n.tex.String(), true, &n.html)
	case *box:
		return v.box(n)
	case *ast.FencedCodeBlock:
		return v.block(n)
	case *ast.Link:
		return v.link(&n.Destination)
	case *ast.AutoLink:
		if at := n.URL(v.source); html.IsDangerousURL(at) {
			return fmt.Errorf("no page may link to %s", at)
		}
	case *ast.Image:
		return v.image(n)
	case *ast.RawHTML:
		if !comment(n.Segments.Value(v.source)) {
			return errors.New("HTML is not taken; \\< stands for itself")
		}
	case *ast.HTMLBlock:
		text := n.Lines().Value(v.source)
		if n.HasClosure() {
			text = append(text, n.ClosureLine.Value(v.source)...)
		}
		if !comment(text) {
			return errors.New("HTML is not taken; \\< stands for itself")
		}
	case *extast.TableCell:
		if n.Alignment == extast.AlignRight || n.Alignment == extast.AlignCenter {
			n.SetAttributeString("class", []byte(n.Alignment.String()))
		}
	}
	return nil
}

// comment reports whether some HTML is one comment and nothing else.
func comment(text []byte) bool {
	inside, ok := bytes.CutPrefix(bytes.TrimSpace(text), []byte("<!--"))
	inside, closed := bytes.CutSuffix(inside, []byte("-->"))
	return ok && closed && !bytes.Contains(inside, []byte("-->"))
}

func (v *resolver) span(n *span) error {
	if n.problem != "" {
		return errors.New(n.problem)
	}
	if n.math {
		return v.math(n.text, false, &n.html)
	}
	words := strings.Fields(n.text)
	if len(words) == 0 || !slotName.MatchString(words[0]) {
		return fmt.Errorf("{{%s}} has no name: one begins with a small letter, and has these, digits and hyphens",
			n.text)
	}
	name, args := words[0], words[1:]
	var out template.HTML
	var err error
	switch {
	case name == "paper":
		if len(args) != 1 || !numeral.MatchString(args[0]) {
			return fmt.Errorf("{{%s}}: paper takes one number", n.text)
		}
		out = template.HTML(`<span class="paper" title="the paper’s number">` +
			template.HTMLEscapeString(args[0]) + `</span>`)
	case name == "cite" && len(args) != 1:
		return fmt.Errorf("{{%s}}: cite takes one key", n.text)
	case name == "cite" && v.Cite != nil:
		out, err = v.Cite(args[0])
	case name != "cite" && v.Slot != nil:
		out, err = v.Slot(name, args)
	default:
		return fmt.Errorf("{{%s}}: here nothing is known that is called %s", n.text, name)
	}
	if err != nil {
		return fmt.Errorf("{{%s}}: %w", n.text, err)
	}
	n.html = string(out)
	return nil
}

func (v *resolver) math(tex string, display bool, to *string) error {
	tex = strings.TrimSpace(tex)
	if tex == "" {
		return errors.New("the formula is empty")
	}
	if v.Math == nil {
		return fmt.Errorf("$%s$: no formula can be set here; \\$ stands for itself", tex)
	}
	out, err := v.Math(tex, display)
	if err != nil {
		return fmt.Errorf("$%s$: %w", tex, err)
	}
	*to = string(out)
	return nil
}

func (v *resolver) box(n *box) error {
	if len(n.classes) == 0 {
		return errors.New("::: closes a box, and none is open")
	}
	for _, class := range n.classes {
		if !slices.Contains(v.Boxes, class) {
			return fmt.Errorf("::: %s: there is no such box; there are %s", class,
				strings.Join(append([]string{"here:"}, v.Boxes...), " "))
		}
	}
	if !n.closed {
		return fmt.Errorf("::: %s is not closed by ::: on a line of its own", strings.Join(n.classes, " "))
	}
	return nil
}

func (v *resolver) block(n *ast.FencedCodeBlock) error {
	language := string(n.Language(v.source))
	f := v.Blocks[language]
	if f == nil {
		return nil
	}
	_, info, _ := strings.Cut(string(n.Info.Value(v.source)), language)
	out, err := f(Block{
		Language: language, Info: strings.TrimSpace(info), Text: string(n.Lines().Value(v.source)),
		File: v.at.File, Line: v.line(n.Pos()),
	})
	if err != nil {
		return fmt.Errorf("%s: %w", language, err)
	}
	n.SetAttributeString(resolved, string(out))
	return nil
}

func (v *resolver) heading(n *ast.Heading) {
	h := Heading{Level: n.Level, Text: texts(n, v.source)}
	if id, ok := n.AttributeString("id"); ok {
		h.ID = string(id.([]byte))
	}
	v.page.Headings = append(v.page.Headings, h)
	if v.page.Title == "" && n.Level == 1 {
		v.page.Title = h.Text
	}
}

func (v *resolver) link(address *[]byte) error {
	if html.IsDangerousURL(util.URLEscape(*address, true)) { // as a browser reads it
		return fmt.Errorf("no page may link to %s", *address)
	}
	if v.Link == nil {
		return nil
	}
	to, err := v.Link(string(*address))
	if err != nil {
		return fmt.Errorf("the link to %s: %w", *address, err)
	}
	*address = []byte(to)
	return nil
}

func (v *resolver) image(n *ast.Image) error {
	if v.Image == nil {
		var err error
		_ = ast.Walk(n, func(c ast.Node, _ bool) (ast.WalkStatus, error) {
			if c.Kind() == kindSpan {
				err = errors.New("here the words of a picture have no slots and no formulas")
			}
			return ast.WalkContinue, nil
		})
		return errors.Join(err, v.link(&n.Destination))
	}
	if len(n.Title) > 0 {
		return fmt.Errorf("the picture %s: it has a title, which is not shown here", n.Destination)
	}
	out, err := v.Image(string(n.Destination), texts(n, v.source))
	if err != nil {
		return fmt.Errorf("the picture %s: %w", n.Destination, err)
	}
	n.SetAttributeString(resolved, string(out))
	return nil
}
