package policy

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/seeds"
	"github.com/sparkling-lab/sparkling/viz"
	"github.com/sparkling-lab/sparkling/viz/panel"
	"github.com/sparkling-lab/sparkling/viz/story"
)

// The page's scripts are checked against types that are written down by hand: they name what the programs give, no less
// and no more.
func TestTheTypesOfThePagesScriptsAreThoseOfThePrograms(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(root, "internal/lint/page.d.ts"))
	require.NoError(t, err)
	names := func(of string) (found []string) {
		body := regexp.MustCompile(`(?ms)^interface ` + of + ` (?:extends \w+ )?\{\n(.*?)^\}`).FindSubmatch(data)
		require.NotNil(t, body, of)
		for _, m := range regexp.MustCompile(`(?m)^  (\w+)(?:\(|\??:)`).FindAllSubmatch(body[1], -1) {
			found = append(found, string(m[1]))
		}
		return found
	}
	for of, v := range map[string]any{
		"State": panel.State{}, "Arm": panel.Arm{}, "Style": panel.Style{}, "Lock": panel.Lock{},
		"ExpertTable": panel.Experts{},
		"Page":        story.Page{}, "Told": story.Told{}, "Run": story.Run{}, "Outcome": story.Outcome{},
		"Offer":   story.Offer{},
		"Example": panel.Example{}, "Control": panel.Control{}, "Named": viz.Pane{}, "Looked": viz.Choice{},
		"Numbers": viz.Numbers{}, "Slow": viz.Slow{}, "SlowStage": viz.SlowStage{}, "SlowLine": viz.SlowLine{},
		"SeedRow": seeds.Row{}, "SeedRun": panel.SeedRun{},
	} {
		var want []string
		for _, field := range reflect.VisibleFields(reflect.TypeOf(v)) {
			if !field.IsExported() {
				continue
			}
			want = append(want, strings.Split(field.Tag.Get("json"), ",")[0])
		}
		assert.ElementsMatch(t, want, names(of), of)
	}

	bridge, err := os.ReadFile(filepath.Join(root, "wasm/lab/bridge_js.go"))
	require.NoError(t, err)
	var functions []string
	for _, m := range regexp.MustCompile(`(?m)^\t\t"(\w+)": +func\(`).FindAllSubmatch(bridge, -1) {
		functions = append(functions, string(m[1]))
	}
	require.Greater(t, len(functions), 20)
	assert.ElementsMatch(t, functions, names("Lab"))
}
