package build

import (
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The page's copy of Ebitengine gives the shaders that Ebitengine itself gives: both files are run.
func TestShadersWrittenBeforeAreThoseOfTheTemplate(t *testing.T) {
	g, err := findGo(t.Context())
	require.NoError(t, err)
	from, err := g.sources(t.Context(), ebitengine)
	require.NoError(t, err)
	for _, rel := range templated {
		source, err := os.ReadFile(filepath.Join(from, filepath.FromSlash(rel)))
		require.NoError(t, err)
		before, err := written(source)
		require.NoError(t, err, rel)
		assert.NotContains(t, string(before), "template", rel)
		_, err = format.Source(before)
		require.NoError(t, err, rel)

		theirs, ours := shadersOf(t, source), shadersOf(t, before)
		assert.Equal(t, theirs, ours, rel)
		different := map[string]bool{}
		for _, shader := range strings.Split(ours, "\x00") {
			different[shader] = true
		}
		assert.Len(t, different, len(filters)*len(addresses)+1,
			"%s: every choice is another shader, and each ends", rel)
	}
}

// shadersOf runs a source that has ShaderSource, and is what it gives, each shader ended by a zero.
func shadersOf(t *testing.T, source []byte) string {
	t.Helper()
	dir := t.TempDir()
	put(t, filepath.Join(dir, "go.mod"), "module shaders\n\ngo 1.27\n")
	put(t, filepath.Join(dir, "shader", "shader.go"), string(source))
	put(t, filepath.Join(dir, "main.go"), `package main

import shader "shaders/shader"
import "os"

func main() {
	for f := range shader.Filter(shader.FilterCount) {
		for a := range shader.Address(shader.AddressCount) {
			os.Stdout.Write(append(shader.ShaderSource(f, a), 0))
		}
	}
}
`)
	cmd := exec.Command("go", "run", ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return string(out)
}

func TestASourceThatExecutesNoTemplateIsRefused(t *testing.T) {
	source := "// Licence\n\npackage a\n\nimport (\n\t\"text/template\"\n)\n\n" +
		"const FilterCount = 3\n\nvar (\n\tshaders int\n)\n\n" +
		"var tmpl = template.Must(template.New(\"tmpl\").Parse(`{{if eq .Filter .FilterLinear}}linear{{end}}`))\n\n" +
		"// ShaderSource returns.\nfunc ShaderSource(filter Filter, address Address) []byte {\n\treturn nil\n}\n"
	_, err := written([]byte(source))
	require.NoError(t, err)
	for _, change := range [][2]string{
		{"ShaderSource(", "Source("}, {"var tmpl", "var other"}, {"template.Must", "Must"},
		{".FilterLinear", ".FilterNew"}, {"{{end}}", ""},
	} {
		_, err := written([]byte(strings.Replace(source, change[0], change[1], 1)))
		assert.Error(t, err, "%v", change)
	}
}
