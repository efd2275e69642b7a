package learnertest

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestADeviceThatAnswersLateKeepsWhatEveryLearnerHasToKeep(t *testing.T) {
	d := &Device{}
	t.Run("suite", func(t *testing.T) { Check(t, d) })
	assert.Zero(t, d.Resident(), "everything was given back")
}
