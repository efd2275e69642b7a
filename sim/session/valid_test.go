package session

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/train"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// told is a host that keeps the documents that its trainers are started with.
type told struct {
	*LocalHost
	documents *[]string
}

type heard struct {
	Port
	told
}

func (h told) Start(arm int, deliver func([]byte), fail func(error)) (Port, error) {
	p, err := h.LocalHost.Start(arm, deliver, fail)
	return heard{p, h}, err
}

func (p heard) Send(data []byte) {
	if m, err := train.DecodeMessage(data); err == nil && m.Kind == train.KindStart {
		*p.documents = append(*p.documents, string(m.Document))
	}
	p.Port.Send(data)
}

// A session validates nothing but what it changes itself, and so no one else may change what it runs: whatever becomes
// of the copies that it gives away, its trainers are started with the document that was found valid.
func TestTrainersAreStartedWithTheDocumentThatWasFoundValid(t *testing.T) {
	e := trial.Short(60)
	h := told{NewLocalHost(cpu.Factory{}), &[]string{}}
	s, err := New(trial.Valid(e), h)
	require.NoError(t, err)
	defer s.Close()
	spoil := func(e *experiment.Experiment) {
		e.Steps, e.Task.Batch, e.Model.Hidden = -1, 0, 7
		for i := range e.Arms {
			e.Arms[i].Name, e.Arms[i].Widen = "", nil
		}
	}
	given := s.Experiment()
	spoil(&given)
	st, ok := s.Saved()
	require.True(t, ok)
	spoil(&st.Record.Experiment)
	spoil(&s.Record().Experiment)
	require.NoError(t, s.Reset())
	assert.Equal(t, e, s.Record().Experiment)
	again, err := Resume(st, h)
	require.NoError(t, err)
	defer again.Close()
	assert.Equal(t, e, again.Experiment())
	assert.Equal(t, e, again.Record().Experiment)
	assert.Equal(t, trial.Valid(e), again.Document())
	require.Len(t, *h.documents, 3, "of New, Reset and Resume")
	for _, document := range *h.documents {
		assert.Equal(t, string(e.JSON()), document)
	}
}

func TestNothingRunsOfADocumentThatNobodyFoundValid(t *testing.T) {
	h := told{NewLocalHost(cpu.Factory{}), &[]string{}}
	s, err := New(experiment.Valid{}, h)
	require.NoError(t, err)
	defer s.Close()
	s.Play()
	s.Tick()
	assert.True(t, s.Done())
	assert.Error(t, s.WidenNow())
	assert.Empty(t, *h.documents)
}
