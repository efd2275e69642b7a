package figure

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

func namesOf(all []Figure) (names []string) {
	for _, f := range all {
		names = append(names, f.Name)
	}
	return names
}

// A figure never shows boxes in the place of a name, and never nothing.
func TestNameThatTheTypeLacksIsTheArmsNumber(t *testing.T) {
	e := experiment.Default()
	for i, name := range []string{"小さい", "نسخة", "Копия 🙂", "Größe α"} {
		e.Arms[i].Name = name
	}
	assert.Equal(t, []string{"Arm 1", "Arm 2", "Arm 3", "Größe α"}, names(e))
	r := &record.Record{Experiment: e, Tracks: make([][]record.ArmFrame, len(e.Arms))}
	for i := range r.Tracks {
		for step := 500; step <= 600; step += 10 {
			r.Tracks[i] = append(r.Tracks[i], record.ArmFrame{Arm: i, Step: step, ValLoss: 2})
		}
		r.Reports = append(r.Reports, record.Report{Arm: i, Step: 500, ValLossBefore: 2, ValLossAfter: 2,
			RMSBefore: []record.BlockRMS{{In: 1, Out: 1}}, RMSAfter: []record.BlockRMS{{In: 1, Out: 1}}})
	}
	all, err := All(r)
	require.NoError(t, err)
	assert.Subset(t, namesOf(all), []string{"loss", "difference", "rms"})
	for _, f := range all {
		if strings.HasPrefix(f.Name, "paper-") {
			continue // of some arms
		}
		s := svg(t, f)
		for i := range 3 {
			assert.Contains(t, s, fmt.Sprintf(">Arm %d", i+1), f.Name)
			assert.Contains(t, s, fmt.Sprintf("Arm %d is “%s”.", i+1, e.Arms[i].Name),
				"its description says whose the number is")
		}
		assert.Contains(t, s, "bear their numbers in the experiment")
	}
	plain, err := All(&record.Record{Experiment: experiment.Default(), Tracks: r.Tracks, Reports: r.Reports})
	require.NoError(t, err)
	for _, f := range plain {
		assert.NotContains(t, f.Caption, "bear their numbers", f.Name)
	}
}

func TestTheDocumentOfFiguresNamesThemAll(t *testing.T) {
	data, err := os.ReadFile("../../docs/figures.md")
	require.NoError(t, err)
	var told []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z0-9-]+)` \\| [^|]+ \\|$").FindAllSubmatch(data, -1) {
		told = append(told, string(m[1]))
	}
	assert.Equal(t, Names, told)
}
