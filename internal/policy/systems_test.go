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
	"github.com/sparkling-lab/sparkling/sim"
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
	row := regexp.MustCompile("(?m)^\\| .* \\| `(\\w+)` \\| `(Test\\w+)` \\|$")
	rows := row.FindAllStringSubmatch(table, -1)
	assert.Equal(t, strings.Count(table, "\n| ")-3, len(rows), "every line but the three heads names an experiment and a test")
	for _, r := range rows {
		_, err := sim.Named(r[1])
		assert.NoError(t, err, r[0])
		assert.True(t, tests[r[2]], "there is no test %s", r[2])
	}
	has := func(field, value string) {
		assert.Contains(t, table, field+`: "`+value+`"`, "%s of %s has no row", value, field)
	}
	for _, v := range []model.Axis{model.Inner, model.Hidden, model.Joint} {
		has(".axis", string(v))
	}
	for _, v := range widen.Inits {
		has(".init", string(v))
	}
	for _, v := range widen.Scales {
		has(".scale", string(v))
	}
	for _, v := range widen.States {
		has(".state", string(v))
	}
	for _, v := range widen.AllGains {
		has(".gains", string(v))
	}
	for _, v := range optim.Kinds {
		has("optimizer.kind", string(v))
	}
	for _, v := range optim.Scopes {
		has(".rewarm.scope", string(v))
	}
	for _, v := range optim.DynamicsKinds {
		has(".dynamics.kind", string(v))
	}
	for _, v := range sim.Froms {
		if v != sim.Fork {
			has("from", string(v))
		}
	}
	for _, b := range sim.Builtins() {
		assert.Contains(t, table, "`"+b.Name+"`", "the experiment %s shows nothing", b.Name)
	}
}
