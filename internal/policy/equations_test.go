package policy

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// lastEquation is the largest number of an equation that this project knows of.
const lastEquation = 28

var (
	// equationsOf finds "Eq. 14, 16 and 17" and "Eq. 25–28", and broken what breaks them in a comment.
	equationsOf = regexp.MustCompile(`Eq\. (\d+(?:(?:–|, | and )\d+)*)`)
	broken      = regexp.MustCompile(`\n\s*(// )?`)
	// others finds appendices, with their sections, and tables.
	others   = regexp.MustCompile(`App\. [A-Z](?:\.\d+)?|Table \d+`)
	linked   = regexp.MustCompile("\\[`([\\w.]+)`\\]\\(\\.\\./([\\w./]+\\.go)\\)")
	pictures = regexp.MustCompile(`\*\*([^*]+)\*\*`)
	examples = regexp.MustCompile("`#(\\w+)`")
	arXiv    = regexp.MustCompile(`\b\d{4}\.\d{4,5}\b`)
)

// cited are the numbered places of the paper that a text names, such as "Eq. 16" and "App. D.1".
func cited(text string) map[string]bool {
	all := map[string]bool{}
	text = broken.ReplaceAllString(text, " ")
	for _, m := range equationsOf.FindAllStringSubmatch(text, -1) {
		for part := range strings.SplitSeq(strings.ReplaceAll(m[1], " and ", ", "), ", ") {
			from, to, isRange := strings.Cut(part, "–")
			first, _ := strconv.Atoi(from)
			last := first
			if isRange {
				last, _ = strconv.Atoi(to)
			}
			for n := first; n <= last; n++ {
				all["Eq. "+strconv.Itoa(n)] = true
			}
		}
	}
	for _, m := range others.FindAllString(text, -1) {
		all[m] = true
	}
	return all
}

// comment is what stands above a function, method, type, constant or variable of a file; false where the file has none
// of that name.
func comment(t *testing.T, file, name string) (string, bool) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, file), nil, parser.ParseComments)
	require.NoError(t, err)
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			full := d.Name.Name
			if d.Recv != nil {
				of := d.Recv.List[0].Type
				if star, ok := of.(*ast.StarExpr); ok {
					of = star.X
				}
				full = of.(*ast.Ident).Name + "." + full
			}
			if full == name {
				return d.Doc.Text(), true
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					if s.Name.Name == name {
						return d.Doc.Text() + s.Doc.Text() + constantsOf(f, name), true
					}
				case *ast.ValueSpec:
					if slices.ContainsFunc(s.Names, func(i *ast.Ident) bool { return i.Name == name }) {
						return d.Doc.Text() + s.Doc.Text(), true
					}
				}
			}
		}
	}
	return "", false
}

// constantsOf is what stands above the constants of a type.
func constantsOf(f *ast.File, name string) string {
	for _, d := range f.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.CONST {
			if of, ok := g.Specs[0].(*ast.ValueSpec).Type.(*ast.Ident); ok && of.Name == name {
				return g.Doc.Text()
			}
		}
	}
	return ""
}

// The list of equations is true: what it names exists and says of itself what it is. It is whole: every number up to
// the last is there or is said not to be used, and no comment or title names a place of the paper that is missing.
func TestTheListOfEquationsIsTrueAndWhole(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(root, "docs/equations.md"))
	require.NoError(t, err)
	panes, err := os.ReadFile(filepath.Join(root, "viz/panes.go"))
	require.NoError(t, err)
	listed, unused := map[string]bool{}, map[string]bool{}
	for line := range strings.SplitSeq(string(data), "\n") {
		if rest, ok := strings.CutPrefix(line, "Not used here: "); ok {
			sentence, _, _ := strings.Cut(rest, ". Nothing")
			maps.Copy(unused, cited(sentence))
		}
		cells := strings.Split(line, " | ")
		links := linked.FindAllStringSubmatch(line, -1)
		for _, l := range links {
			_, ok := comment(t, l[2], l[1])
			assert.True(t, ok, "%s has no %s", l[2], l[1])
		}
		for _, p := range pictures.FindAllStringSubmatch(line, -1) {
			assert.Contains(t, string(panes), `"`+p[1]+`"`, "there is no such picture")
		}
		for _, e := range examples.FindAllStringSubmatch(line, -1) {
			_, err := experiment.Named(e[1])
			assert.NoError(t, err)
		}
		switch {
		case len(cells) == 5 && strings.HasPrefix(line, "| ") && !strings.HasPrefix(line, "| paper"):
			of := cited(cells[0])
			require.NotEmpty(t, of, line)
			maps.Copy(listed, of)
			assert.NotEmpty(t, links, "%s has neither a function nor a test", cells[0])
			for _, l := range links {
				says, _ := comment(t, l[2], l[1])
				for place := range of {
					assert.Contains(t, cited(says), place, "the comment of %s does not say what it is", l[1])
				}
			}
		case len(cells) == 3 && len(links) > 0:
			for _, number := range arXiv.FindAllString(cells[1], -1) {
				for _, l := range links {
					assert.True(t, folderSays(t, path.Dir(l[2]), number), "no comment in %s cites %s",
						path.Dir(l[2]), number)
				}
			}
		}
	}
	for n := 1; n <= lastEquation; n++ {
		e := "Eq. " + strconv.Itoa(n)
		assert.True(t, listed[e] != unused[e], "%s has to be listed, or said not to be used", e)
	}
	seen := 0
	files(t, func(path string, data []byte) {
		if !strings.HasSuffix(path, ".go") || strings.HasPrefix(path, "internal/policy/") {
			return
		}
		for place := range cited(string(data)) {
			seen++
			assert.True(t, listed[place], "%s names %s, which is not in the list", path, place)
		}
	})
	assert.Greater(t, seen, 20)
}

// folderSays reports whether a Go file of a folder, tests aside, holds a text.
func folderSays(t *testing.T, dir, text string) bool {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(root, dir))
	require.NoError(t, err)
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		data, err := os.ReadFile(filepath.Join(root, dir, e.Name()))
		require.NoError(t, err)
		if strings.Contains(string(data), text) {
			return true
		}
	}
	return false
}
