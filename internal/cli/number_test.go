package cli

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestResultThatIsNoNumberIsNullInJSONAndAWordInATable(t *testing.T) {
	for _, c := range []struct {
		x           number
		json, table string
	}{
		{number(math.NaN()), "null", diverged},
		{number(math.Inf(1)), "null", diverged},
		{number(math.Inf(-1)), "null", diverged},
		{0, "0", "0.000"},
		{-1.25, "-1.25", "-1.250"},
		{1e-9, "1e-9", "0.000"},
	} {
		data, err := json.Marshal(struct {
			X    number
			Also *number
		}{c.x, &c.x})
		require.NoError(t, err)
		assert.JSONEq(t, `{"X": `+c.json+`, "Also": `+c.json+`}`, string(data))
		assert.Equal(t, c.table, c.x.says("%.3f"))
	}
}

func TestOneFileIsNotCalledFiles(t *testing.T) {
	assert.Equal(t, []string{"0 files", "1 file", "2 files"}, []string{filesOf(0), filesOf(1), filesOf(2)})
}
