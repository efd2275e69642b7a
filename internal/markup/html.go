package markup

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// resolved is the attribute of a node of the library's that holds the HTML it became. It is never written itself.
const resolved = "markup:html"

// nodes writes what is ours as HTML, and the library's nodes that a function has answered for.
type nodes struct{}

func (nodes) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	plain := html.NewRenderer(html.WithXHTML()).(*html.Renderer)
	usual := functions{}
	plain.RegisterFuncs(usual)
	r.Register(kindSpan, ready(func(n ast.Node) string { return n.(*span).html }))
	r.Register(kindDisplay, ready(func(n ast.Node) string { return n.(*formula).html + "\n" }))
	r.Register(kindBox, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			_, err := w.WriteString("</div>\n")
			return ast.WalkContinue, err
		}
		_, err := w.WriteString(`<div class="` + strings.Join(n.(*box).classes, " ") + "\">\n")
		return ast.WalkContinue, err
	})
	for _, kind := range []ast.NodeKind{ast.KindImage, ast.KindFencedCodeBlock} {
		r.Register(kind, func(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
			out, ok := n.AttributeString(resolved)
			if !ok {
				return usual[kind](w, source, n, entering)
			}
			return ready(func(ast.Node) string { return out.(string) })(w, source, n, entering)
		})
	}
	// comments, which alone are not refused
	r.Register(ast.KindRawHTML, ready(func(ast.Node) string { return "" }))
	r.Register(ast.KindHTMLBlock, ready(func(ast.Node) string { return "" }))
}

// ready writes HTML that is there already.
func ready(of func(ast.Node) string) renderer.NodeRendererFunc {
	return func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		_, err := w.WriteString(of(n))
		return ast.WalkSkipChildren, err
	}
}

// functions are how the library writes each kind of node.
type functions map[ast.NodeKind]renderer.NodeRendererFunc

func (f functions) Register(kind ast.NodeKind, write renderer.NodeRendererFunc) { f[kind] = write }
