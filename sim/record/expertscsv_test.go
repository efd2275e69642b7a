package record_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/record"
)

// The file has what the frames have, a row an expert.
func TestTheNumbersOfExpertsAreThoseOfTheFrames(t *testing.T) {
	r := factsRun(t)
	last := &r.Tracks[1][len(r.Tracks[1])-1]
	last.Router[2] = float32(math.NaN())
	var out bytes.Buffer
	require.NoError(t, r.WriteExpertsCSV(&out))
	rows, err := csv.NewReader(&out).ReadAll()
	require.NoError(t, err)
	assert.Equal(t, []string{"symbol_share", "gets__a", "gets__b"}, rows[0][10:13])
	seen := 0
	number := func(s string) float64 {
		x, err := strconv.ParseFloat(s, 64)
		require.NoError(t, err)
		return x
	}
	for arm, track := range r.Tracks {
		for k := range track {
			f := &track[k]
			if len(f.ExpertLoad)+len(f.Router) == 0 {
				continue
			}
			for i := range 8 {
				seen++
				row := rows[seen]
				require.Equal(t, fmt.Sprint(arm, f.Step, i/4, i%4), row[3]+" "+row[5]+" "+row[6]+" "+row[7])
				if f.ExpertLoad != nil {
					require.InDelta(t, f.ExpertLoad[i], number(row[8]), 1e-8)
				} else {
					require.Empty(t, row[8])
				}
				if f.Router == nil {
					require.Empty(t, row[9]+row[10]+row[11])
					continue
				}
				if record.Finite(f.Router[i]) {
					require.InDelta(t, f.Router[i], number(row[9]), 1e-8)
				} else {
					require.Equal(t, "NaN", row[9])
				}
				all := 0
				for class := range 9 {
					require.Equal(t, strconv.Itoa(int(f.Gets[9*i+class])), row[11+class])
					all += int(f.Gets[9*i+class])
				}
				require.InDelta(t, float64(all)/81, number(row[10]), 1e-8)
			}
		}
	}
	assert.Equal(t, len(rows)-1, seen)
	assert.Greater(t, seen, 100)
}
