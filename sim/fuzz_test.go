package sim

import (
	"bytes"
	"encoding/binary"
	"hash/crc64"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// tiny is the record of a run that takes a moment.
func tiny(t testing.TB) *Record {
	e := trial.Short(12)
	e.Task.Batch, e.Task.Seq = 1, 8
	e.Arms = e.Arms[:2]
	r := newRecord(e)
	for arm := range e.Arms {
		a := begun(t, e, arm)
		for a.step < e.Steps {
			if w, ok := a.due(); ok {
				report, err := a.widen(w, nil)
				require.NoError(t, err)
				r.Reports = append(r.Reports, report)
			}
			f, err := a.update()
			require.NoError(t, err)
			r.Tracks[arm] = append(r.Tracks[arm], f)
		}
	}
	return r
}

// Whatever a file holds, reading it ends with a record that can be written, drawn and described, or with an error.
func FuzzDecodeRecord(f *testing.F) {
	var b bytes.Buffer
	require.NoError(f, tiny(f).Encode(&b))
	f.Add(b.Bytes())
	f.Add([]byte(magic))
	f.Add(b.Bytes()[:b.Len()/2])
	for _, at := range []int{4, 8, 12, b.Len() / 3, b.Len() / 2} { // a count that is huge
		data := bytes.Clone(b.Bytes())
		binary.LittleEndian.PutUint32(data[at:], 1<<28)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := DecodeRecord(bytes.NewReader(data))
		if err != nil {
			return
		}
		var again bytes.Buffer
		require.NoError(t, r.Encode(&again))
		assert.NoError(t, r.WriteCSV(&bytes.Buffer{}))
		last := r.Last()
		r.At(last)
		r.Describe(last, nil)
		for i := range r.Tracks {
			r.HeldAt(i, last)
			r.PairsAt(i, last)
			r.Gap(i, 0, last)
		}
	})
}

// Whatever a file holds, a state is refused, or a session goes on from it, arms that cannot be told so in their status.
func FuzzDecodeState(f *testing.F) {
	e := trial.Of(model.Inner, 12, 6, "small", "sparkling")
	e.Task.Batch, e.Task.Seq = 1, 8
	for _, step := range []int{0, 5, 7, 12} {
		h := NewLocalHost(cpu.Factory{})
		s, err := NewSession(e, h)
		require.NoError(f, err)
		settle(f, s, h, step)
		file := stateBytes(f, saved(f, s, h))
		f.Add(file[:len(file)-8])
		s.Close()
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		whole := binary.LittleEndian.AppendUint64(bytes.Clone(data), crc64.Checksum(data, checksum)) // damage that a checksum does not find
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

// A worker's message is input too: a trainer answers anything with messages that can be read, and never stops the program.
func FuzzMessages(f *testing.F) {
	e := trial.Short(12)
	e.Task.Batch, e.Task.Seq = 1, 8
	scratch, err := experiment.Named("baselines")
	require.NoError(f, err)
	scratch = trial.Quick(scratch, 12)
	widened, _ := trained(f, e, 1)
	ended := snapshot(f, widened)
	for _, m := range []Message{
		{Kind: KindStart, Arm: 1, Document: e.JSON()}, {Kind: KindRun, Step: 3}, {Kind: KindSave}, {Kind: KindStart, Document: []byte("{}")},
		{Kind: KindStart, Document: e.JSON(), Snapshot: []byte("no snapshot")}, {Kind: KindStart, Arm: 1, Document: e.JSON(), Snapshot: ended},
		{Kind: KindStart, Arm: 1, Document: scratch.JSON(), Snapshot: ended},
		{Kind: KindFailed, Text: "x"}, {Kind: KindDoing, Text: "x"}, {Kind: KindStart, Arm: 3, Document: scratch.JSON()}, {Kind: KindAsk}, {Kind: KindFrames, Frames: tiny(f).Tracks[1][:2]},
	} {
		f.Add(m.Encode())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := DecodeMessage(data)
		if err == nil {
			again, err := DecodeMessage(m.Encode())
			require.NoError(t, err)
			assert.Equal(t, m.Kind, again.Kind)
			if m.Kind == KindStart {
				if e, err := experiment.Parse(m.Document); err != nil || e.Memory() > experiment.MaxLinkMemory {
					return // it would be refused, or is larger than a test should be
				}
			}
		}
		for _, out := range NewTrainer(cpu.Factory{}).Handle(data) {
			_, err := DecodeMessage(out)
			assert.NoError(t, err)
		}
	})
}
