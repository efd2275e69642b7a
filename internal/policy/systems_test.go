package policy

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// The table of systems names tests and experiments that exist, and leaves out no value that a document may hold.
func TestTheTableOfSystemsIsTrueAndWhole(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(root, "docs/systems.md"))
	require.NoError(t, err)
	table := string(data)

	tests := map[string]bool{}
	files(t, func(path string, data []byte) {
		if strings.HasSuffix(path, "_test.go") {
			for _, m := range declared.FindAllSubmatch(data, -1) {
				tests[string(m[1])] = true
			}
		}
	})
	row := regexp.MustCompile("(?m)^\\| .* \\| `([\\w-]+)` \\| `(Test\\w+)` \\|$")
	rows := row.FindAllStringSubmatch(table, -1)
	kept := regexp.MustCompile("(?m)^\\| [^|]* \\| (?:train|check|widen|inspect|export) \\| `(Test\\w+)` \\|$")
	promises := kept.FindAllStringSubmatch(table, -1)
	assert.Equal(t, strings.Count(table, "\n| ")-5, len(rows)+len(promises),
		"every line but the five heads names an experiment, or a verb, and a test")
	for _, p := range promises {
		assert.True(t, tests[p[1]], "there is no test %s", p[1])
	}
	for _, r := range rows {
		_, err := experiment.Named(r[1])
		assert.NoError(t, err, r[0])
		assert.True(t, tests[r[2]], "there is no test %s", r[2])
	}
	says(t, table, ".axis", model.Inner, model.Hidden, model.Joint)
	says(t, table, ".init", widen.Inits...)
	says(t, table, ".scale", widen.Scales...)
	says(t, table, ".optimizer_states", widen.OptStates...)
	says(t, table, ".norm_weights", widen.AllNormWeights...)
	says(t, table, "optimizer.kind", optim.Kinds...)
	says(t, table, ".rewarm.scope", optim.Scopes...)
	says(t, table, ".dynamics.kind", optim.DynamicsKinds...)
	for _, v := range experiment.Froms {
		if v != experiment.Fork {
			says(t, table, "from", v)
		}
	}
	for _, b := range experiment.All() {
		assert.Contains(t, table, "`"+b.Name+"`", "the experiment %s shows nothing", b.Name)
	}
}

// says asks for a row of each value of a field.
func says[T ~string](t *testing.T, table, field string, values ...T) {
	for _, v := range values {
		assert.Contains(t, table, field+`: "`+string(v)+`"`, "%s of %s has no row", v, field)
	}
}
