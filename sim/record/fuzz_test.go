package record_test

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/record"
)

// Whatever a file holds, reading it ends with a record that can be written, drawn and described, or with an error.
func FuzzDecodeRecord(f *testing.F) {
	var b bytes.Buffer
	whole := tiny(f)
	whole.AddWriting(words(0, 4, "light ", "of the sun"))
	whole.AddWriting(words(1, 9, "light ", "光"))
	require.NoError(f, whole.Encode(&b))
	f.Add(b.Bytes())
	f.Add([]byte(record.Magic))
	f.Add(b.Bytes()[:b.Len()/2])
	for _, at := range []int{4, 8, 12, b.Len() / 3, b.Len() / 2} { // a count that is huge
		data := bytes.Clone(b.Bytes())
		binary.LittleEndian.PutUint32(data[at:], 1<<28)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := record.Decode(bytes.NewReader(data))
		if err != nil {
			return
		}
		var again bytes.Buffer
		require.NoError(t, r.Encode(&again))
		assert.NoError(t, r.WriteCSV(&bytes.Buffer{}))
		assert.NoError(t, r.WriteExpertsCSV(&bytes.Buffer{}))
		r.Networks(r.Last())
		last := r.Last()
		r.At(last)
		r.Describe(last, nil)
		for i := range r.Tracks {
			r.ValLossAt(i, last)
			r.PairsAt(i, last)
			r.AnswersAt(i, last)
			r.WritingAt(i, last)
			if f, ok := r.ExpertsAt(i, last); ok {
				x := r.ExpertsOf(&f)
				if at, ok := x.Finding(); ok {
					assert.NotContains(t, x.Says(at), "no number")
				}
			}
			r.Loads(i, last)
			r.ValLossDiff(i, 0, last)
		}
	})
}
