package markup

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// span is a slot or a formula within a line, and what became of it. Problem says why it is neither.
type span struct {
	ast.BaseInline
	text    string // between the delimiters
	math    bool
	problem string
	html    string
}

var kindSpan = ast.NewNodeKind("Span")

func (*span) Kind() ast.NodeKind { return kindSpan }

func (s *span) Dump(source []byte, level int) { ast.DumpHelper(s, source, level, nil, nil) }

// slotParser reads {{name arg …}}.
type slotParser struct{}

func (slotParser) Trigger() []byte { return []byte{'{'} }

func (slotParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, segment := block.PeekLine()
	rest, ok := bytes.CutPrefix(line, []byte("{{"))
	if !ok {
		return nil
	}
	n := &span{}
	n.SetPos(segment.Start)
	inside, _, closed := bytes.Cut(rest, []byte("}}"))
	if !closed {
		n.problem = "{{ is not closed by }} on its line; \\{{ stands for itself"
		block.Advance(2)
		return n
	}
	n.text = string(inside)
	block.Advance(len(inside) + 4)
	return n
}

// mathParser reads $tex$. As in other Markdown the first sign is followed by no space, and the last has none before it
// and no digit behind: who writes of money writes no formula.
type mathParser struct{}

func (mathParser) Trigger() []byte { return []byte{'$'} }

func (mathParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, segment := block.PeekLine()
	n := &span{math: true}
	n.SetPos(segment.Start)
	if bytes.HasPrefix(line, []byte("$$")) {
		n.problem = "$$ stands at the start of a line of its own paragraph"
		block.Advance(2)
		return n
	}
	for i := 1; i < len(line) && line[i] != '\n'; i++ {
		switch {
		case line[i] == '\\' && i+1 < len(line) && line[i+1] != '\n':
			i++
		case line[i] != '$':
		case i == 1 || util.IsSpace(line[1]) || util.IsSpace(line[i-1]),
			i+1 < len(line) && util.IsNumeric(line[i+1]):
			return nil
		default:
			n.text = string(line[1:i])
			block.Advance(i + 1)
			return n
		}
	}
	return nil
}

var kindDisplay = ast.NewNodeKind("Display")

// displayParser reads $$ … $$, from the start of a line to the end of one.
type displayParser struct{}

func (displayParser) Trigger() []byte { return []byte{'$'} }

func (displayParser) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, _ := reader.PeekLine()
	rest, ok := bytes.CutPrefix(bytes.TrimSpace(line), []byte("$$"))
	if !ok || pc.BlockOffset() < 0 {
		return nil, parser.NoChildren
	}
	n := &formula{}
	n.add(rest)
	reader.AdvanceToEOL()
	return n, parser.NoChildren
}

func (displayParser) Continue(node ast.Node, reader text.Reader, _ parser.Context) parser.State {
	n := node.(*formula)
	if n.closed {
		return parser.Close
	}
	line, _ := reader.PeekLine()
	n.add(bytes.TrimSpace(line))
	reader.AdvanceToEOL()
	return parser.Continue | parser.NoChildren
}

func (displayParser) Close(ast.Node, text.Reader, parser.Context) {}
func (displayParser) CanInterruptParagraph() bool                 { return true }
func (displayParser) CanAcceptIndentedLine() bool                 { return false }

// formula is one on display.
type formula struct {
	ast.BaseBlock
	tex    strings.Builder
	closed bool
	html   string
}

func (*formula) Kind() ast.NodeKind { return kindDisplay }

func (*formula) IsRaw() bool { return true }

func (f *formula) Dump(source []byte, level int) { ast.DumpHelper(f, source, level, nil, nil) }

// add takes one line of it.
func (f *formula) add(line []byte) {
	line, f.closed = bytes.CutSuffix(line, []byte("$$"))
	if f.tex.Len() > 0 {
		f.tex.WriteByte('\n')
	}
	f.tex.Write(line)
}

// box is what ::: opens and closes.
type box struct {
	ast.BaseBlock
	classes []string
	closed  bool
}

var kindBox = ast.NewNodeKind("Box")

func (*box) Kind() ast.NodeKind { return kindBox }

func (b *box) Dump(source []byte, level int) { ast.DumpHelper(b, source, level, nil, nil) }

// boxParser reads ::: name, and ::: alone, which closes the box that was opened last.
type boxParser struct{}

func (boxParser) Trigger() []byte { return []byte{':'} }

func (boxParser) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, _ := reader.PeekLine()
	rest, ok := bytes.CutPrefix(bytes.TrimSpace(line), []byte(":::"))
	if !ok || pc.BlockOffset() < 0 {
		return nil, parser.NoChildren
	}
	reader.AdvanceToEOL()
	return &box{classes: strings.Fields(string(rest))}, parser.HasChildren
}

func (boxParser) Continue(node ast.Node, reader text.Reader, pc parser.Context) parser.State {
	line, _ := reader.PeekLine()
	n := node.(*box)
	if string(bytes.TrimSpace(line)) != ":::" || !innermost(n, pc.OpenedBlocks()) {
		return parser.Continue | parser.HasChildren
	}
	n.closed = true
	reader.AdvanceToEOL()
	return parser.Close
}

// innermost reports whether nothing that a line of colons may belong to is open within a box.
func innermost(n *box, open []parser.Block) bool {
	within := false
	for _, b := range open {
		switch other := b.Node.(type) {
		case *box, *ast.FencedCodeBlock:
			if within {
				return false
			}
		case *formula:
			if within && !other.closed {
				return false
			}
		}
		within = within || b.Node == ast.Node(n)
	}
	return true
}

func (boxParser) Close(ast.Node, text.Reader, parser.Context) {}
func (boxParser) CanInterruptParagraph() bool                 { return true }
func (boxParser) CanAcceptIndentedLine() bool                 { return false }
