package session

import (
	"bytes"
	"encoding/binary"
	"hash/crc64"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// Whatever a file holds, a state is refused, or a session goes on from it, arms that cannot be told so in their status.
func FuzzDecodeState(f *testing.F) {
	e := trial.Of(model.Inner, 12, 6, "small", "sparkling")
	e.Task.Batch, e.Task.Seq = 1, 8
	for _, step := range []int{0, 5, 7, 12} {
		h := NewLocalHost(cpu.Factory{})
		s, err := New(trial.Valid(e), h)
		require.NoError(f, err)
		settle(f, s, h, step)
		file := stateBytes(f, saved(f, s, h))
		f.Add(file[:len(file)-8])
		s.Close()
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		// damage that a checksum does not find
		whole := binary.LittleEndian.AppendUint64(bytes.Clone(data), crc64.Checksum(data, checksum))
		st, err := DecodeState(bytes.NewReader(whole))
		if err != nil || st.Record.Experiment.Memory() > experiment.MaxLinkMemory {
			return
		}
		h := NewLocalHost(cpu.Factory{})
		s, err := Resume(st, h)
		if err != nil {
			return
		}
		defer s.Close()
		saved(t, s, h)
		s.Describe()
	})
}
