// Package finished has runs that are over, for tests of what is made of them. It has nothing that a program needs.
package finished

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/session"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// Session is one that has run an experiment to its end. It is closed with the test.
func Session(t testing.TB, e experiment.Experiment) *session.Session {
	t.Helper()
	h := session.NewLocalHost(cpu.Factory{})
	s, err := session.New(trial.Valid(e), h)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	s.SetSpeed(session.Max)
	s.Play()
	for !s.Done() {
		h.Wait(100 * time.Millisecond)
		s.Tick()
	}
	return s
}
