package session

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

func TestEveryBuiltInExperimentTrainsToItsEnd(t *testing.T) {
	for _, b := range experiment.Builtins() {
		t.Run(b.Name, func(t *testing.T) {
			t.Parallel()
			e := trial.Quick(b.Experiment, 24)
			r := runAll(t, e)
			assert.Equal(t, 24, r.Last())
			for i, a := range e.Arms {
				track := r.Tracks[i]
				assert.Equal(t, e.End(i), track[len(track)-1].Step, a.Name)
				_, ended := r.FinalValLoss(i)
				assert.True(t, ended, a.Name)
				reports := 0
				for _, p := range r.Reports {
					if p.Arm == i {
						reports++
					}
				}
				if a.Widens() {
					assert.Len(t, a.Widen, reports, a.Name)
				} else {
					assert.Zero(t, reports, a.Name)
				}
			}
			var file, again bytes.Buffer
			require.NoError(t, r.Encode(&file))
			got, err := record.Decode(bytes.NewReader(file.Bytes()))
			require.NoError(t, err)
			require.NoError(t, got.Encode(&again))
			sameBytes(t, file.Bytes(), again.Bytes(), "the record comes back")
		})
	}
}
