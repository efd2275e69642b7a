package policy

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// retired are words of our own that the field has others for, and these.
var retired = map[string]string{
	"held": "validation", "whole": "full validation", "crew": "thread pool", "team": "thread pool",
	"misfit": "validation error", "room": "memory footprint", "gain": "norm weight",
	"gains": "norm weights", "inv": "rstd", "balance": "auxiliary loss", "lb": "auxiliary loss", "age": "growth stage",
	"ages": "growth stages", "smooth": "exponential moving average",
	"descend": "weight update", "spread": "dispatch",
}

// retiredProse finds, in documents, those of them that mean nothing else there.
var retiredProse = regexp.MustCompile(`(?i)\bheld-out\b|\bmisfit\b|\bthread team\b|\bnorm gains?\b`)

// word is a part of a name: of CamelCase, or between underlines.
var word = regexp.MustCompile(`[A-Z]+[a-z]*|[a-z]+`)

func TestNamesThatOthersSeeAreWordsOfTheField(t *testing.T) {
	check := func(place, name string) {
		for _, part := range word.FindAllString(name, -1) {
			instead, old := retired[strings.ToLower(part)]
			assert.False(t, old, "%s: %s has the word %s; the field says %s", place, name, part, instead)
		}
	}
	seen, columns := 0, 0
	files(t, func(file string, data []byte) {
		switch path.Ext(file) {
		case ".md":
			text := string(data)
			if file == "docs/files.md" { // which has a table of what was called otherwise
				_, rest, found := strings.Cut(text, "## What was called otherwise before")
				require.True(t, found)
				text = text[:len(text)-len(rest)] + rest[strings.Index(rest, "\n## "):]
			}
			assert.Empty(t, retiredProse.FindString(text), file)
		case ".go":
			if strings.HasSuffix(file, "_test.go") {
				return
			}
			f, err := parser.ParseFile(token.NewFileSet(), file, data, 0)
			require.NoError(t, err)
			ast.Inspect(f, func(n ast.Node) bool {
				switch x := n.(type) {
				case *ast.FuncDecl:
					name(x.Name, file, check)
				case *ast.TypeSpec:
					name(x.Name, file, check)
				case *ast.ValueSpec:
					for _, id := range x.Names {
						name(id, file, check)
					}
					// what something was called before is kept under a name that says so
					return !strings.HasSuffix(x.Names[0].Name, "Before")
				case *ast.BasicLit: // columns
					if column := strings.Trim(x.Value, "\""); path.Base(file) == "csv.go" &&
						column == strings.ToLower(column) {
						check(file, column)
						columns++
					}
				case *ast.Field:
					for _, id := range x.Names {
						name(id, file, check)
					}
					if x.Tag != nil {
						tag, err := strconv.Unquote(x.Tag.Value)
						require.NoError(t, err)
						key, _, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
						check(file, key)
						seen++
					}
				}
				return true
			})
		}
	})
	assert.Greater(t, seen, 200)
	assert.Greater(t, columns, 50)
}

// name checks an identifier that other packages see.
func name(id *ast.Ident, file string, check func(place, name string)) {
	if id.IsExported() {
		check(file, id.Name)
	}
}
