package site

import (
	"html/template"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/viz/story"
)

// finish makes of what a text became what a page shows: tables can be read in a narrow window, the name of an
// experiment leads to it, and no link is left to what is in the sources only. About is its first sentence. The heading
// goes, for the frame has it.
func finish(body template.HTML, page string) (done template.HTML, about string, err error) {
	root := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	nodes, err := html.ParseFragment(strings.NewReader(string(body)), root)
	if err != nil {
		return "", "", err
	}
	for _, n := range nodes {
		if n.DataAtom != atom.H1 {
			root.AppendChild(n)
		}
	}
	var all []*html.Node
	for n := range root.Descendants() {
		all = append(all, n)
	}
	for _, n := range all {
		switch n.DataAtom {
		case atom.P:
			if about == "" {
				about = firstSentence(text(n))
			}
		case atom.A:
			unlink(n)
		case atom.Code:
			if !experimentLink(n, page) {
				breakable(n)
			}
		case atom.Table:
			stack(n)
		case atom.Pre:
			set(n, "tabindex", "0") // it may scroll
		}
	}
	var out strings.Builder
	for n := range root.ChildNodes() {
		if err := html.Render(&out, n); err != nil {
			return "", "", err
		}
	}
	return template.HTML(out.String()), about, nil
}

// firstSentence is what a paragraph begins with.
func firstSentence(paragraph string) string {
	words := strings.Join(strings.Fields(paragraph), " ")
	if first, _, more := strings.Cut(words, ". "); more {
		return first + "."
	}
	return strings.TrimSuffix(words, ":")
}

// unlink takes the link from what is in the sources only, or not built, and says that.
func unlink(a *html.Node) {
	address, title := attribute(a, "href"), ""
	if file, ok := strings.CutPrefix(address, sourceOnly); ok {
		title = file
	} else if strings.HasPrefix(address, absent) {
		title = "make slides builds this"
	} else {
		return
	}
	a.Data, a.DataAtom = "span", atom.Span
	a.Attr = []html.Attribute{{Key: "title", Val: title}}
}

// builtin are the names of the experiments that the program brings along.
var builtin = func() map[string]bool {
	names := map[string]bool{}
	for _, b := range experiment.Builtins() {
		names[b.Name] = true
	}
	return names
}()

// experimentLink makes of the #NAME of an experiment or a lesson a link to the Lab; it reports false of other code.
func experimentLink(code *html.Node, page string) bool {
	name, ok := strings.CutPrefix(text(code), "#")
	lesson, chapter, is := story.Linked(name)
	l := story.Named(lesson)
	there := is && l != nil && (chapter == "" || l.Chapter(chapter) >= 0)
	if !ok || !builtin[name] && !there || code.Parent.DataAtom == atom.A || code.Parent.DataAtom == atom.Pre {
		return false
	}
	a := element("a", html.Attribute{Key: "href", Val: relative(page, "") + "#" + name})
	code.Parent.InsertBefore(a, code)
	code.Parent.RemoveChild(code)
	a.AppendChild(code)
	return true
}

// breaks are the places in a name at which a line may end: before a word that begins with a capital, after a point.
var breaks = regexp.MustCompile(`[a-z0-9][A-Z]|\.[A-Za-z]`)

// oneLine is how many characters stay on one line.
const oneLine = 16

// breakable lets a long name end a line between its words, and keeps what is short on one.
func breakable(code *html.Node) {
	n := code.FirstChild
	if n == nil || n.Type != html.TextNode || code.Parent.DataAtom == atom.Pre {
		return
	}
	if utf8.RuneCountInString(n.Data) <= oneLine {
		set(code, "class", "short")
		return
	}
	for {
		at := breaks.FindStringIndex(n.Data)
		if at == nil {
			return
		}
		rest := &html.Node{Type: html.TextNode, Data: n.Data[at[1]-1:]}
		n.Data = n.Data[:at[1]-1]
		code.InsertBefore(rest, n.NextSibling)
		code.InsertBefore(element("wbr"), rest)
		n = rest
	}
}

// stack says of every cell what its column is called, so that a narrow window can set the cells of a row below each
// other. Roles are said outright, because an element that is no longer laid out as a table loses its own.
func stack(table *html.Node) {
	set(table, "role", "table")
	var heads []string
	for n := range table.Descendants() {
		switch n.DataAtom {
		case atom.Thead, atom.Tbody:
			set(n, "role", "rowgroup")
		case atom.Tr:
			set(n, "role", "row")
		case atom.Th:
			set(n, "role", "columnheader")
			set(n, "scope", "col")
			heads = append(heads, strings.TrimSpace(text(n)))
		case atom.Td:
			set(n, "role", "cell")
			if k := column(n); k < len(heads) && heads[k] != "" {
				set(n, "data-head", heads[k])
			}
		}
	}
	if len(heads) > wideFrom {
		set(table, "class", "wide")
	}
}

// wideFrom is from how many columns on a table wants more than the width of a text.
const wideFrom = 4

// column is the place of a cell in its row.
func column(cell *html.Node) (k int) {
	for n := cell.PrevSibling; n != nil; n = n.PrevSibling {
		if n.Type == html.ElementNode {
			k++
		}
	}
	return k
}

func element(name string, attributes ...html.Attribute) *html.Node {
	return &html.Node{Type: html.ElementNode, Data: name, DataAtom: atom.Lookup([]byte(name)), Attr: attributes}
}

// text is what stands in an element.
func text(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func set(n *html.Node, key, value string) {
	for i := range n.Attr {
		if n.Attr[i].Key == key {
			n.Attr[i].Val = value
			return
		}
	}
	n.Attr = append(n.Attr, html.Attribute{Key: key, Val: value})
}
