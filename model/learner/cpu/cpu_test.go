package cpu_test

import (
	"testing"

	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/model/learner/learnertest"
)

func TestTheCPUKeepsWhatEveryLearnerHasToKeep(t *testing.T) { learnertest.Check(t, cpu.Factory{}) }
