package sim

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc64"
	"io"
	"strings"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// stateMagic begins the file of a state, and stateVersion is the version of its encoding.
const (
	stateMagic   = "SPKS"
	stateVersion = 1
)

// errNoState is returned for what was never the state of a run.
var errNoState = errors.New("this is not the state of a run: it does not begin with " + stateMagic)

// checksum finds damage; what a state holds is checked besides.
var checksum = crc64.MakeTable(crc64.ECMA)

// Encode writes the state: a head, the snapshots, the record, and a checksum of all. It needs little memory beside what is held already.
func (st State) Encode(w io.Writer) error {
	var rec bytes.Buffer
	if err := st.Record.Encode(&rec); err != nil {
		return err
	}
	head := &coder{}
	head.state(&st)
	top := &coder{buf: []byte(stateMagic)}
	version, size, length := stateVersion, len(head.buf), int64(rec.Len())
	top.integer(&version)
	top.integer(&size)
	top.i64(&length)
	sum := crc64.New(checksum)
	out := io.MultiWriter(w, sum)
	parts := [][]byte{top.buf, head.buf}
	for _, a := range st.Arms {
		parts = append(parts, a.Snapshot)
	}
	for _, p := range append(parts, rec.Bytes()) {
		if _, err := out.Write(p); err != nil {
			return err
		}
	}
	_, err := w.Write(binary.LittleEndian.AppendUint64(nil, sum.Sum64()))
	return err
}

// DecodeState reads a state. It errs where the data is not a state, is cut short, goes on, is damaged, or is larger than its experiment allows;
// it never holds much more than what was there to read.
func DecodeState(in io.Reader) (State, error) {
	sum := crc64.New(checksum)
	data := io.TeeReader(in, sum)
	st, err := decodeState(data)
	if errors.Is(err, errNoState) {
		return State{}, err
	} else if err != nil {
		return State{}, fmt.Errorf("the state of the run cannot be read: %w", err)
	}
	want := sum.Sum64()
	tail, err := io.ReadAll(io.LimitReader(in, 9))
	switch {
	case err != nil:
		return State{}, err
	case len(tail) != 8 || binary.LittleEndian.Uint64(tail) != want:
		return State{}, errors.New("the state of the run is damaged: its checksum does not fit")
	}
	return st, st.check()
}

// topSize is that of the version and the two lengths, after the magic.
const topSize = 4 + 4 + 8

func decodeState(in io.Reader) (State, error) {
	var st State
	magic, err := io.ReadAll(io.LimitReader(in, int64(len(stateMagic))))
	if err == nil && !strings.HasPrefix(stateMagic, string(magic)) {
		return st, errNoState
	}
	var top []byte
	if err == nil {
		top, err = exactly(in, topSize)
	}
	if err != nil {
		return st, err
	}
	var version, size int
	var length int64
	c := &coder{reading: true, buf: top}
	c.integer(&version)
	c.integer(&size)
	c.i64(&length)
	switch {
	case version != stateVersion:
		return st, fmt.Errorf("version %d; this program reads version %d", version, stateVersion)
	case size < 0 || size > 2*experiment.MaxDocument || length < 0 || length > MaxRecord:
		return st, fmt.Errorf("a head of %d bytes and a record of %d; allowed are %d and %d", size, length, 2*experiment.MaxDocument, MaxRecord)
	}
	head, err := exactly(in, size)
	if err != nil {
		return st, err
	}
	c = &coder{reading: true, buf: head}
	sizes := c.state(&st)
	if c.err == nil && len(c.buf) > 0 {
		c.err = fmt.Errorf("%d bytes are left over", len(c.buf))
	}
	if c.err != nil {
		return st, c.err
	}
	for i := range st.Arms {
		if sizes[i] == 0 {
			continue
		}
		if st.Arms[i].Snapshot, err = exactly(in, sizes[i]); err != nil {
			return st, err
		}
	}
	e, rec := st.Record.Experiment, &io.LimitedReader{R: in, N: length}
	if st.Record, err = DecodeRecord(rec); err == nil && rec.N > 0 {
		err = errShort
	}
	if err != nil {
		return st, err
	}
	if !bytes.Equal(e.JSON(), st.Record.Experiment.JSON()) {
		return st, errors.New("its record is of another experiment")
	}
	return st, nil
}

// exactly is the next n bytes. Memory grows with what is really there.
func exactly(in io.Reader, n int) ([]byte, error) {
	var b bytes.Buffer
	switch _, err := io.CopyN(&b, in, int64(n)); {
	case errors.Is(err, io.EOF):
		return nil, errShort
	case err != nil:
		return nil, err
	}
	return b.Bytes(), nil
}

// state visits the head: what made it, the experiment, and the arms without their snapshots, of which it returns the sizes.
func (c *coder) state(st *State) (sizes []int) {
	var doc []byte
	if !c.reading {
		doc = st.Record.Experiment.JSON()
	}
	c.text(&st.Engine)
	c.bytes(&doc, experiment.MaxDocument)
	if c.reading {
		if c.err != nil {
			return nil
		}
		st.Record = &Record{}
		if st.Record.Experiment, c.err = experiment.Parse(doc); c.err != nil {
			return nil
		}
	}
	e := st.Record.Experiment
	list(c, &st.Arms, 40, experiment.MaxArms, func(a *ArmSave) {
		state, size := string(a.State), int64(len(a.Snapshot))
		c.text(&state)
		c.text(&a.Err)
		c.integer(&a.Step)
		c.integer(&a.At)
		c.i64(&a.Params)
		c.i64(&a.Active)
		c.i64(&size)
		i := len(sizes)
		a.State = ArmState(state)
		sizes = append(sizes, int(size))
		if !c.reading || c.err != nil {
			return
		}
		if i >= len(e.Arms) || size < 0 || size > largest(e, i) {
			c.err = fmt.Errorf("arm %d has a state of %d bytes", i, size)
			return
		}
		a.Name, a.End = e.Arms[i].Name, e.End(i)
	})
	return sizes
}

// largest is more bytes than any state of an arm has, a search included.
func largest(e experiment.Experiment, arm int) int64 {
	return headRoom + 2*experiment.StateValues*4*int64(model.NewTable(e.Wide(arm)).Size)
}
