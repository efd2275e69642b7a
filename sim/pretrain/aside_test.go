package pretrain_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/sim/pretrain"
)

// The checkpoint that a widening on the disk needs lies between two others, and the record has to reach as far as it.
func TestARunThatIsEndedAfterItWidenedOnTheDiskHasARecordOfEveryStep(t *testing.T) {
	e := document(optim.AdamW)
	whole, torn := t.TempDir(), t.TempDir()
	disk := func(s *pretrain.Setup) { s.OnDisk = true }
	_, err := again(t, whole, e, disk)
	require.NoError(t, err)
	assert.PanicsWithValue(t, errStopped, func() {
		_, _ = again(t, torn, e, func(s *pretrain.Setup) {
			disk(s)
			s.Tell = func(v pretrain.Event) {
				if v.Kind == pretrain.Widened {
					panic(errStopped)
				}
			}
		})
	})
	_, err = again(t, torn, e, disk)
	require.NoError(t, err)
	same(t, files(t, whole), files(t, torn))
}
