package record_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/trial"
	"github.com/sparkling-lab/sparkling/sim/trial/finished"
)

// ran is the record of a session that goes to its end.
func ran(t testing.TB, e experiment.Experiment) *record.Record {
	t.Helper()
	return finished.Session(t, e).Record()
}

// tiny is the record of a run that takes a moment.
func tiny(t testing.TB) *record.Record {
	e := trial.Short(12)
	e.Task.Batch, e.Task.Seq = 1, 8
	e.Arms = e.Arms[:2]
	return ran(t, e)
}

func encode(t *testing.T, r *record.Record) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, r.Encode(&b))
	return b.Bytes()
}

// sameBytes compares without printing a book when they differ.
func sameBytes(t *testing.T, want, got []byte, what string) {
	t.Helper()
	assert.True(t, bytes.Equal(want, got), what)
}
