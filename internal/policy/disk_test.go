package policy

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// changing are the functions of package os that change what lies on a disk.
var changing = []string{"Chmod", "CopyFS", "Create", "CreateTemp", "Link", "Mkdir", "MkdirAll", "MkdirTemp", "OpenFile",
	"Remove", "RemoveAll", "Rename",
	"Symlink", "Truncate", "WriteFile"}

// scratch are the files that may change it by themselves: what they write is gone with their work, or a test's.
var scratch = []string{"internal/bench/disk/", "internal/bench/inpage/", "internal/bench/loop.go",
	"internal/build/ebitengine.go",
	"internal/build/page.go", "internal/cli/pdf.go", "internal/debian/", "internal/deck/pdf.go", "internal/fixture/",
	"internal/release/", "internal/testgame/", "model/learner/cuda/emulated/", "model/learner/cuda/trial/",
	"wasm/pagetest/still/"}

// Whatever is kept is written through internal/durable, which tests cut the power of; and no name that a user chose is
// taken for a pattern.
func TestWhatIsKeptIsWrittenThroughOnePackage(t *testing.T) {
	used := map[string]bool{}
	files(t, func(path string, data []byte) {
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") ||
			strings.HasPrefix(path, "internal/durable/") {
			return
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, data, 0)
		require.NoError(t, err)
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			from, ok := call.X.(*ast.Ident)
			if !ok {
				return true
			}
			globs := from.Name == "filepath" && call.Sel.Name == "Glob"
			if !globs && !(from.Name == "os" && slices.Contains(changing, call.Sel.Name)) {
				return true
			}
			at := slices.IndexFunc(scratch, func(s string) bool { return strings.HasPrefix(path, s) })
			if assert.GreaterOrEqual(t, at, 0, "%s calls %s.%s", path, from.Name, call.Sel.Name) {
				used[scratch[at]] = true
			}
			return true
		})
	})
	for _, s := range scratch {
		assert.True(t, used[s], "%s needs no exception", s)
	}
}
