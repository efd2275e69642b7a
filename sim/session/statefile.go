package session

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc64"
	"io"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/codec"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/train"
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

// Encode writes the state: a head, the snapshots, the record, and a checksum of all. It needs little memory beside what
// is held already.
func (st State) Encode(w io.Writer) error {
	var rec bytes.Buffer
	if err := st.Record.Encode(&rec); err != nil {
		return err
	}
	head := &codec.Coder{}
	st.head(head)
	top := &codec.Coder{Buf: []byte(stateMagic)}
	version, size, length := stateVersion, len(head.Buf), int64(rec.Len())
	top.Int(&version)
	top.Int(&size)
	top.I64(&length)
	sum := crc64.New(checksum)
	out := io.MultiWriter(w, sum)
	parts := [][]byte{top.Buf, head.Buf}
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

// DecodeState reads a state. It errs where the data is not a state, is cut short, goes on, is damaged, or is larger
// than its experiment allows; it never holds much more than what was there to read.
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
		top, err = codec.Exactly(in, topSize)
	}
	if err != nil {
		return st, err
	}
	var version, size int
	var length int64
	c := &codec.Coder{Reading: true, Buf: top}
	c.Int(&version)
	c.Int(&size)
	c.I64(&length)
	switch {
	case version != stateVersion:
		return st, fmt.Errorf("version %d; this program reads version %d", version, stateVersion)
	case size < 0 || size > 2*experiment.MaxDocument || length < 0 || length > record.MaxBytes:
		return st, fmt.Errorf("a head of %d bytes and a record of %d; allowed are %d and %d", size, length,
			2*experiment.MaxDocument, record.MaxBytes)
	}
	head, err := codec.Exactly(in, size)
	if err != nil {
		return st, err
	}
	c = &codec.Coder{Reading: true, Buf: head}
	doc, sizes := st.head(c)
	if c.Err == nil && len(c.Buf) > 0 {
		c.Err = fmt.Errorf("%d bytes are left over", len(c.Buf))
	}
	if c.Err != nil {
		return st, c.Err
	}
	for i := range st.Arms {
		if sizes[i] == 0 {
			continue
		}
		if st.Arms[i].Snapshot, err = codec.Exactly(in, sizes[i]); err != nil {
			return st, err
		}
	}
	rec := &io.LimitedReader{R: in, N: length}
	st.Record, err = record.DecodeWith(rec, func(again []byte) (experiment.Valid, error) {
		if !bytes.Equal(again, doc) {
			return experiment.Valid{}, errors.New("it is of another experiment than the state")
		}
		return st.doc, nil
	})
	if err == nil && rec.N > 0 {
		err = codec.ErrShort
	}
	return st, err
}

// head visits the head: what made it, the experiment, and the arms without their snapshots. It returns the document as
// it is written there, and the sizes of the snapshots.
func (st *State) head(c *codec.Coder) (doc []byte, sizes []int) {
	if !c.Reading {
		doc = st.Record.Experiment.JSON()
	}
	c.Text(&st.Engine)
	c.Bytes(&doc, experiment.MaxDocument)
	if c.Reading {
		if c.Err != nil {
			return nil, nil
		}
		if st.doc, c.Err = experiment.Parse(doc); c.Err != nil {
			return nil, nil
		}
		st.Record = record.New(st.doc)
	}
	e := st.Record.Experiment
	codec.List(c, &st.Arms, 40, experiment.MaxArms, func(a *ArmSave) {
		state, size := string(a.State), int64(len(a.Snapshot))
		c.Text(&state)
		c.Text(&a.Err)
		c.Int(&a.Step)
		c.Int(&a.At)
		c.I64(&a.Params)
		c.I64(&a.Active)
		c.I64(&size)
		i := len(sizes)
		a.State = record.ArmState(state)
		sizes = append(sizes, int(size))
		if !c.Reading || c.Err != nil {
			return
		}
		if i >= len(e.Arms) || size < 0 || size > train.MaxSnapshot(e, i) {
			c.Err = fmt.Errorf("arm %d has a state of %d bytes", i, size)
			return
		}
		a.Name, a.End = e.Arms[i].Name, e.End(i)
	})
	return doc, sizes
}
