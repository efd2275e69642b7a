package sim

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"sort"
)

// Record is an experiment and what was measured while it ran.
type Record struct {
	Experiment Experiment
	Tracks     [][]ArmFrame // by arm, ascending Step; the tracks of forked arms begin at the fork, the trunk's holds the shared small phase
	Reports    []Report     // by step, then by arm
}

// newRecord is an empty record of e.
func newRecord(e Experiment) *Record {
	return &Record{Experiment: e, Tracks: make([][]ArmFrame, len(e.Arms))}
}

// MaxRecord bounds the size of a record file in bytes.
const MaxRecord = 1 << 30

// At is the instant of all arms at a step: of each the newest frame at or before it.
func (r *Record) At(step int) Frame {
	f := Frame{Step: step, Arms: make([]ArmFrame, len(r.Tracks))}
	for i := range r.Tracks {
		f.Arms[i] = r.arm(i, step)
	}
	return f
}

func (r *Record) arm(i, step int) ArmFrame {
	t := r.Tracks[i]
	n := sort.Search(len(t), func(k int) bool { return t[k].Step > step })
	if n == 0 {
		nan := float32(math.NaN())
		return ArmFrame{Arm: i, Step: -1, Train: nan, Held: nan, Whole: nan}
	}
	return t[n-1]
}

// Last is the newest step that every arm that has begun has reached or ended before, −1 before any frame.
func (r *Record) Last() int {
	least, most := -1, -1
	for i, t := range r.Tracks {
		if len(t) == 0 {
			continue
		}
		at := t[len(t)-1].Step
		most = max(most, at)
		if !r.ended(i) && (least < 0 || at < least) {
			least = at
		}
	}
	if least < 0 {
		return most
	}
	return least
}

// ended reports whether an arm has made its last update.
func (r *Record) ended(arm int) bool {
	_, whole := r.Final(arm)
	_, broken := r.Diverged(arm, r.Experiment.Steps)
	return whole || broken
}

// Report is what the newest widening did to an arm.
func (r *Record) Report(arm int) (Report, bool) { return r.ReportAt(arm, r.Experiment.Steps) }

// report puts a report into its place, so that the order in which arms got there does not show.
func (r *Record) report(p Report) {
	at, _ := slices.BinarySearchFunc(r.Reports, p, func(a, b Report) int {
		return cmp.Or(cmp.Compare(a.Step, b.Step), cmp.Compare(a.Arm, b.Arm))
	})
	r.Reports = slices.Insert(r.Reports, at, p)
}

// cut drops what an arm has measured after the state at a step; none is left of one that has not begun.
func (r *Record) cut(arm, at int, begun bool) {
	keep := 0
	for begun && keep < len(r.Tracks[arm]) && r.Tracks[arm][keep].Step <= at {
		keep++
	}
	r.Tracks[arm] = r.Tracks[arm][:keep:keep] // what follows must not overwrite a record that is being saved
	var reports []Report
	for _, p := range r.Reports {
		if p.Arm != arm || begun && p.Step < at {
			reports = append(reports, p)
		}
	}
	r.Reports = reports
}

// ReportAt is what the newest widening at or before a step did to an arm.
func (r *Record) ReportAt(arm, step int) (Report, bool) {
	for i := len(r.Reports) - 1; i >= 0; i-- {
		if r.Reports[i].Arm == arm && r.Reports[i].Step <= step {
			return r.Reports[i], true
		}
	}
	return Report{}, false
}

// magic begins a record file.
const magic = "SPKL"

// Encode writes the record.
func (r *Record) Encode(w io.Writer) error {
	c := &coder{buf: []byte(magic)}
	c.record(r)
	_, err := w.Write(c.buf)
	return err
}

// DecodeRecord reads a record. It errs where the data is not a record, is cut short, or is larger than [MaxRecord].
func DecodeRecord(in io.Reader) (*Record, error) {
	data, err := io.ReadAll(io.LimitReader(in, MaxRecord+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("reading the record: %w", err)
	case len(data) > MaxRecord:
		return nil, fmt.Errorf("the record is larger than the %d bytes allowed", MaxRecord)
	case !bytes.HasPrefix(data, []byte(magic)):
		return nil, errors.New("this is not a record: it does not begin with " + magic)
	}
	c := &coder{reading: true, buf: data[len(magic):]}
	r := &Record{}
	c.record(r)
	if c.err == nil && len(c.buf) > 0 {
		c.err = fmt.Errorf("%d bytes are left over", len(c.buf))
	}
	if c.err != nil {
		return nil, fmt.Errorf("the record is damaged: %w", c.err)
	}
	return r, nil
}

func (c *coder) record(r *Record) {
	version, doc := wireVersion, []byte(nil)
	if !c.reading {
		doc = r.Experiment.JSON()
	}
	c.integer(&version)
	if c.err == nil && (version < beforeSearches || version > wireVersion) {
		c.err = fmt.Errorf("version %d; this program reads versions %d to %d", version, beforeSearches, wireVersion)
	}
	if c.reading {
		c.version = version
	}
	c.bytes(&doc)
	if c.reading && c.err == nil {
		r.Experiment, c.err = Parse(doc)
	}
	list(c, &r.Tracks, 4, c.frames)
	list(c, &r.Reports, 68, c.report)
	if c.reading && c.err == nil {
		c.err = r.check()
	}
	if c.reading && c.err == nil && version <= beforeOptimizers {
		r.recount()
	}
}

// check refuses what pictures and tables could stumble over.
func (r *Record) check() error {
	if len(r.Tracks) != len(r.Experiment.Arms) {
		return fmt.Errorf("%d tracks for %d arms", len(r.Tracks), len(r.Experiment.Arms))
	}
	for i, t := range r.Tracks {
		for k, f := range t {
			if f.Arm != i || f.Step < 0 || f.Step > r.Experiment.Steps || k > 0 && f.Step <= t[k-1].Step {
				return fmt.Errorf("frame %d of arm %d is of arm %d, step %d", k, i, f.Arm, f.Step)
			}
		}
	}
	for _, p := range r.Reports {
		if p.Arm < 0 || p.Arm >= len(r.Tracks) {
			return fmt.Errorf("a report of arm %d", p.Arm)
		}
	}
	return nil
}
