package release

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/CycloneDX/cyclonedx-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What go list finds in a program is in the list of materials, at its version, and with the place where it is linked
// into; what only tests use is not.
func TestMaterialsAreAllThatIsLinked(t *testing.T) {
	module, err := filepath.Abs("../..")
	require.NoError(t, err)
	data, err := listMaterials(t.Context(), module, true)
	require.NoError(t, err)
	var bom cyclonedx.BOM
	require.NoError(t, cyclonedx.NewBOMDecoder(bytes.NewReader(data), cyclonedx.BOMFileFormatJSON).Decode(&bom))
	in := map[string]string{}
	refs := map[string]bool{bom.Metadata.Component.BOMRef: true}
	for _, c := range *bom.Components {
		assert.False(t, refs[c.BOMRef], "%s is there once", c.BOMRef)
		refs[c.BOMRef] = true
		assert.NotEmpty(t, c.Version, c.Name)
		for _, p := range *c.Properties {
			if p.Name == inProperty {
				in[c.Name+" "+c.Version] += p.Value + "\n"
			}
		}
	}
	for place, env := range map[string][]string{"linux/amd64": targets[0].env(), "windows/arm64": targets[5].env(),
		page: {"GOOS=js", "GOARCH=wasm"}} {
		programs := []string{"."}
		if place == page {
			programs = []string{"./wasm/lab", "./wasm/trainer"}
		}
		list := exec.Command("go", append([]string{"list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} " +
			"{{.Version}}{{end}}{{end}}"}, programs...)...)
		list.Dir, list.Env = module, append(os.Environ(), env...)
		out, err := list.Output()
		require.NoError(t, err)
		linked := map[string]bool{}
		for line := range strings.Lines(string(out)) {
			if name := strings.TrimSpace(line); name != "" {
				linked[name] = true
				assert.Contains(t, "\n"+in[name], "\n"+place+"\n", name)
			}
		}
		assert.Greater(t, len(linked), 3, place)
		for name, places := range in {
			if strings.Contains("\n"+places, "\n"+place+"\n") && !linked[name] {
				assert.Regexp(t, `^(std \d|reveal\.js |temml |fitty |@oxc-project/runtime )`, name,
					"%s is not linked into %s", name, place)
			}
		}
	}
	for _, not := range []string{"stretchr", "honnef.co", "serialNumber", "timestamp"} {
		assert.False(t, bytes.Contains(data, []byte(not)), not)
	}
	edges := 0
	for _, d := range *bom.Dependencies {
		assert.True(t, refs[d.Ref], d.Ref)
		if d.Dependencies == nil {
			continue
		}
		for _, to := range *d.Dependencies {
			edges++
			assert.True(t, refs[to], "%s needs %s, which is listed", d.Ref, to)
		}
	}
	assert.Greater(t, edges, len(refs), "some need others")
	assert.Len(t, *bom.Dependencies, len(refs))
	again, err := listMaterials(t.Context(), module, true)
	require.NoError(t, err)
	assert.True(t, bytes.Equal(data, again), "the same bytes")
}

// What npm fetched has the sum that its registry gave; a lockfile that says none is refused.
func TestPackagesOfTheSlidesHaveTheirSums(t *testing.T) {
	m := newMaterials()
	sum := strings.Repeat("A", 86) + "=="
	require.NoError(t, m.addPackages([]byte(`{"packages": {"": {"name": "deck"}, "node_modules/a": {"version": "1.2.3",
		"license": "MIT", "integrity": "sha512-`+sum+`"}}}`), page))
	require.Len(t, m.components, 1)
	c := m.components["pkg:npm/a@1.2.3"]
	assert.Equal(t, strings.Repeat("00", 64), (*c.Hashes)[0].Value)
	assert.Equal(t, "MIT", (*c.Licenses)[0].License.ID)
	require.NoError(t, m.addPackages([]byte(`{"packages": {"node_modules/@b/c": {"version": "1", "license": "MIT",
		"integrity": "sha512-`+sum+`"}}}`), page))
	assert.Equal(t, "@b/c", m.components["pkg:npm/%40b/c@1"].Name)
	for _, bad := range []string{`{"packages": {"node_modules/a": {"version": "1"}}}`, `{`,
		`{"packages": {"node_modules/a": {"integrity": "sha1-AAAA"}}}`} {
		assert.ErrorContains(t, newMaterials().addPackages([]byte(bad), page), lockfile)
	}
}
