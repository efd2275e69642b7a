package template_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	real "text/template"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/build/template"
)

// choice is what Ebitengine writes its shaders for.
type choice struct {
	Filter, FilterNearest, FilterLinear, FilterPixelated      int
	Address, AddressUnsafe, AddressClampToZero, AddressRepeat int
}

func TestShadersComeOutAsTextTemplateWritesThem(t *testing.T) {
	out, err := exec.Command("go", "mod", "download", "-json", "github.com/hajimehoshi/ebiten/v2").Output()
	require.NoError(t, err)
	var module struct{ Dir string }
	require.NoError(t, json.Unmarshal(out, &module))
	quoted := regexp.MustCompile("(?s)Parse\\(`(.*?)`\\)")
	for _, name := range []string{"builtinshader", "colormshader"} {
		source, err := os.ReadFile(filepath.Join(module.Dir, "internal", name, "shader.go"))
		require.NoError(t, err)
		found := quoted.FindSubmatch(source)
		require.NotNil(t, found, name)
		text := string(found[1])
		seen := map[string]bool{}
		for filter := range 3 {
			for address := range 3 {
				data := choice{filter, 0, 1, 2, address, 0, 1, 2}
				var want, got bytes.Buffer
				require.NoError(t, real.Must(real.New(name).Parse(text)).Execute(&want, data))
				require.NoError(t, template.Must(template.New(name).Parse(text)).Execute(&got, data))
				assert.Equal(t, want.String(), got.String(), "%s, filter %d, address %d", name, filter, address)
				seen[got.String()] = true
			}
		}
		assert.Len(t, seen, 9, "every choice is another shader")
	}
}

func TestWhatIsNotKnownIsAnError(t *testing.T) {
	for _, text := range []string{
		"{{if eq .Filter .FilterLinear}}", "{{end}}", "{{else}}", "{{if eq .Filter .FilterLinear",
		"{{if eq .Filter .Nothing}}{{end}}",
		"{{if eq .Nothing .Filter}}{{end}}", "{{if ne .Filter .FilterLinear}}{{end}}", "{{.Filter}}", "{{}}",
		"{{if eq .Filter .FilterLinear}}{{range .Filter}}{{end}}",
	} {
		tmpl, err := template.New("").Parse(text)
		require.NoError(t, err)
		assert.Error(t, tmpl.Execute(&bytes.Buffer{}, choice{}), text)
	}
}
