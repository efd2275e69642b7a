package record_test

import (
	"bytes"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

func TestARecordSurvivesItsEncoding(t *testing.T) {
	r := ran(t, trial.Short(40))
	var b bytes.Buffer
	require.NoError(t, r.Encode(&b))
	got, err := record.Decode(bytes.NewReader(b.Bytes()))
	require.NoError(t, err)
	var again bytes.Buffer
	require.NoError(t, got.Encode(&again))
	sameBytes(t, b.Bytes(), again.Bytes(), "encoded again")
	old := record.EncodeAs(r, record.BeforeSearches)
	got, err = record.Decode(bytes.NewReader(old))
	require.NoError(t, err, "a record of the version before")
	forget(r)
	assert.Equal(t, r.Reports, got.Reports)
	for n := 0; n < b.Len(); n += 97 {
		_, err := record.Decode(bytes.NewReader(b.Bytes()[:n]))
		assert.Error(t, err, "cut to %d bytes", n)
	}
	var csv bytes.Buffer
	require.NoError(t, r.WriteCSV(&csv))
	assert.Contains(t, csv.String(), "SPARKLING")
	assert.False(t, math.IsNaN(float64(r.At(40).Arms[3].ValLoss)))
}
