package record_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"runtime"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// zeros are what a sparse file holds.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// allocated is how many bytes a function asks for in all, whatever becomes of them.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// A count is what a file says of itself: what is held grows with what was really there, and a sparse file is refused
// where it stops making sense.
func TestRecordThatClaimsToBeHugeIsRefusedInLittleMemory(t *testing.T) {
	whole := encode(t, tiny(t))
	sound := allocated(func() {
		_, err := record.Decode(bytes.NewReader(whole))
		require.NoError(t, err)
	})
	document := experiment.Default()
	doc := document.JSON()
	head := binary.LittleEndian.AppendUint32([]byte(record.Magic), record.Version)
	for name, begin := range map[string][]byte{
		"nothing but its kind": []byte(record.Magic),
		"a document of 1 GiB":  binary.LittleEndian.AppendUint32(bytes.Clone(head), record.MaxBytes-100),
		"256 Mi tracks":        binary.LittleEndian.AppendUint32(withDocument(head, doc), record.MaxBytes/4-5000),
		"frames without end": binary.LittleEndian.AppendUint32(
			binary.LittleEndian.AppendUint32(withDocument(head, doc), 4), 20_000_000),
		"not a record": nil,
	} {
		asked := allocated(func() {
			_, err := record.Decode(io.MultiReader(bytes.NewReader(begin), io.LimitReader(zeros{}, record.MaxBytes)))
			assert.Error(t, err, name)
		})
		assert.Less(t, asked, uint64(4<<20), name)
	}
	// And wherever in a record a count stands: around the document, in the first frames, in the last ones with their
	// pairs, in the reports.
	begin := len(record.Magic) + 8 + len(tiny(t).Experiment.JSON())
	for at := 0; at < len(whole)-4; at++ {
		if at > 12 && at < begin-8 || at > begin+200 && at < len(whole)-1200 {
			continue
		}
		data := bytes.Clone(whole[:at+4])
		binary.LittleEndian.PutUint32(data[at:], []uint32{math.MaxInt32, 1 << 28, 100_000}[at%3])
		asked := allocated(func() {
			_, _ = record.Decode(io.MultiReader(bytes.NewReader(data), io.LimitReader(zeros{}, 1<<28)))
		})
		require.Less(t, asked, 2*sound+8<<20, "at byte %d", at)
	}
}

func withDocument(head, doc []byte) []byte {
	return append(binary.LittleEndian.AppendUint32(bytes.Clone(head), uint32(len(doc))), doc...)
}

func TestRecordIsReadFromWhateverGivesItsBytes(t *testing.T) {
	whole := encode(t, tiny(t))
	for name, in := range map[string]io.Reader{
		"one at a time":        iotest.OneByteReader(bytes.NewReader(whole)),
		"in halves":            iotest.HalfReader(bytes.NewReader(whole)),
		"with the end at once": iotest.DataErrReader(bytes.NewReader(whole)),
	} {
		r, err := record.Decode(in)
		require.NoError(t, err, name)
		sameBytes(t, whole, encode(t, r), name)
	}
	_, err := record.Decode(io.MultiReader(bytes.NewReader(whole), zeros{}))
	assert.ErrorContains(t, err, "more follows after its end")
	lost := errors.New("the disk is gone")
	for n := range len(whole) {
		if n%37 == 0 {
			_, err = record.Decode(io.MultiReader(bytes.NewReader(whole[:n]), iotest.ErrReader(lost)))
			assert.ErrorIs(t, err, lost, "after %d bytes", n)
		}
	}
}
