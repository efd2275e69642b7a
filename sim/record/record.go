package record

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"sort"

	"github.com/sparkling-lab/sparkling/sim/codec"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// Record is an experiment and what was measured while it ran.
type Record struct {
	Experiment experiment.Experiment
	// by arm, ascending Step; the tracks of forked arms begin at the fork, the trunk's holds the shared small phase
	Tracks  [][]ArmFrame
	Reports []Report // by step, then by arm
	// what arms wrote when they were asked to, by step; of each the newest few
	Writings []Writing

	stopped map[int]bool // see [Record.Stop]; not in files
}

// New is an empty record of a document.
func New(v experiment.Valid) *Record {
	e := v.Experiment()
	return &Record{Experiment: e, Tracks: make([][]ArmFrame, len(e.Arms))}
}

// MaxBytes bounds the size of a record file in bytes.
const MaxBytes = 1 << 30

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
		return ArmFrame{Arm: i, Step: -1, TrainLoss: nan, ValLoss: nan, FullValLoss: nan}
	}
	return t[n-1]
}

// Stop notes whether an arm has stopped, for another reason than that it diverged: the newest step does not wait for
// it.
func (r *Record) Stop(arm int, stopped bool) {
	if r.stopped == nil {
		r.stopped = map[int]bool{}
	}
	r.stopped[arm] = stopped
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
		if !r.ended(i) && !r.stopped[i] && (least < 0 || at < least) {
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
	_, whole := r.FinalValLoss(arm)
	_, broken := r.Diverged(arm, r.Experiment.Steps)
	return whole || broken
}

// Report is what the newest widening did to an arm.
func (r *Record) Report(arm int) (Report, bool) { return r.ReportAt(arm, r.Experiment.Steps) }

// AddReport puts a report into its place, so that the order in which arms got there does not show.
func (r *Record) AddReport(p Report) {
	at, _ := slices.BinarySearchFunc(r.Reports, p, func(a, b Report) int {
		return cmp.Or(cmp.Compare(a.Step, b.Step), cmp.Compare(a.Arm, b.Arm))
	})
	r.Reports = slices.Insert(r.Reports, at, p)
}

// Cut drops what an arm has measured after the state at a step; none is left of one that has not begun.
func (r *Record) Cut(arm, at int, begun bool) {
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
	r.Writings = slices.DeleteFunc(slices.Clone(r.Writings), func(w Writing) bool {
		return w.Arm == arm && (!begun || w.Step > at)
	})
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
	c := &codec.Coder{Buf: []byte(magic)}
	r.code(c, nil)
	_, err := w.Write(c.Buf)
	return err
}

// Decode reads a record. It errs where the data is not a record, is cut short, goes on, or is larger than [MaxBytes].
// It holds what it has read and no more, whatever the data says of its own size.
func Decode(in io.Reader) (*Record, error) { return DecodeWith(in, experiment.Parse) }

// DecodeWith is [Decode] for who knows the document already: parse gives what the record's is, or refuses it.
func DecodeWith(in io.Reader, parse func(document []byte) (experiment.Valid, error)) (*Record, error) {
	stream := bufio.NewReaderSize(in, 64<<10)
	c := &codec.Coder{Reading: true, Pull: func(n int) ([]byte, error) { return pull(stream, n) }, Left: MaxBytes}
	if begin := c.Take(len(magic)); string(begin) != magic {
		if c.Err != nil && !errors.Is(c.Err, codec.ErrShort) {
			return nil, fmt.Errorf("the record cannot be read: %w", c.Err)
		}
		return nil, errors.New("this is not a record: it does not begin with " + magic)
	}
	r := &Record{}
	r.code(c, parse)
	if c.Err == nil {
		switch _, err := stream.ReadByte(); {
		case err == nil:
			c.Err = errors.New("more follows after its end")
		case err != io.EOF:
			c.Err = err
		}
	}
	if c.Err != nil {
		return nil, fmt.Errorf("the record is damaged: %w", c.Err)
	}
	return r, nil
}

// pull is the next n bytes of a stream, valid until the next call.
func pull(in *bufio.Reader, n int) ([]byte, error) {
	if n > in.Size() {
		return codec.Exactly(in, n)
	}
	b, err := in.Peek(n)
	if err == io.EOF {
		err = codec.ErrShort
	}
	if err != nil {
		return nil, err
	}
	_, err = in.Discard(n)
	return b, err
}

func (r *Record) code(c *codec.Coder, parse func([]byte) (experiment.Valid, error)) {
	version, doc := Version, []byte(nil)
	if !c.Reading {
		doc = r.Experiment.JSON()
	}
	c.Int(&version)
	if c.Err == nil && (version < beforeSearches || version > Version) {
		c.Err = fmt.Errorf("version %d; this program reads versions %d to %d", version, beforeSearches, Version)
	}
	if c.Reading {
		c.Version = version
	}
	c.Bytes(&doc, experiment.MaxDocument)
	if c.Reading && c.Err == nil {
		var v experiment.Valid
		v, c.Err = parse(doc)
		r.Experiment = v.Experiment()
	}
	if c.Reading && c.Err == nil {
		r.decode(c)
		return
	}
	codec.List(c, &r.Tracks, 4, experiment.MaxArms, func(t *[]ArmFrame) { CodeFrames(c, t) })
	codec.List(c, &r.Reports, 68, experiment.MaxArms*experiment.MaxStages, func(p *Report) { p.Code(c) })
	r.codeWritings(c)
}

// decode reads tracks and reports, and refuses what does not fit the experiment as soon as it is read.
func (r *Record) decode(c *codec.Coder) {
	codec.List(c, &r.Tracks, 4, len(r.Experiment.Arms), func(t *[]ArmFrame) {
		arm := len(r.Tracks) - 1
		codec.List(c, t, 48, r.Experiment.Steps+1, func(f *ArmFrame) {
			if f.code(c); c.Err == nil {
				c.Err = r.fits(arm, *t)
			}
		})
	})
	if n := len(r.Tracks); c.Err == nil && n < len(r.Experiment.Arms) {
		c.Err = fmt.Errorf("%d tracks for %d arms", n, len(r.Experiment.Arms))
	}
	codec.List(c, &r.Reports, 68, experiment.MaxArms*experiment.MaxStages, func(p *Report) {
		if p.Code(c); c.Err == nil {
			c.Err = r.told(p)
		}
	})
	if c.Err == nil && !c.UpTo(beforeAnswers) {
		r.codeWritings(c)
	}
	if c.Err == nil && c.UpTo(beforeOptimizers) {
		r.recount()
	}
}

// fits refuses a track whose last frame pictures and tables could stumble over.
func (r *Record) fits(arm int, track []ArmFrame) error {
	e, k := r.Experiment, len(track)-1
	f := &track[k]
	layers, experts := e.Model.Layers, e.Model.Layers*e.Model.Experts
	switch {
	case f.Arm != arm || f.Step < 0 || f.Step > e.Steps || k > 0 && f.Step <= track[k-1].Step:
		return fmt.Errorf("frame %d of arm %d is of arm %d, step %d", k, arm, f.Arm, f.Step)
	case k > 0 && track[k-1].NotFinite != "":
		return fmt.Errorf("arm %d goes on after step %d, where it diverged", arm, track[k-1].Step)
	case !Finite(f.FLOPs) || f.FLOPs < 0 || k > 0 && f.FLOPs < track[k-1].FLOPs:
		return fmt.Errorf("arm %d has cost %g operations at step %d", arm, f.FLOPs, f.Step)
	case f.Right < 0 || f.Right > f.Asked:
		return fmt.Errorf("arm %d has %d answers right of %d at step %d", arm, f.Right, f.Asked, f.Step)
	case len(f.Answers) != 0 && len(f.Answers) != e.Task.Questions():
		return fmt.Errorf("arm %d has %d answers to %d questions at step %d", arm, len(f.Answers), e.Task.Questions(),
			f.Step)
	case len(f.Gets) != 0 && !r.divided(f.Gets):
		return fmt.Errorf("the frame of arm %d at step %d does not say how %d experts divide the symbols of %d classes",
			arm, f.Step, experts, len(e.Task.Classes()))
	case len(f.ExpertLoad) != 0 && len(f.ExpertLoad) != experts, len(f.Router) != 0 && len(f.Router) != experts,
		len(f.RMS) != 0 && len(f.RMS) != 2*layers, len(f.Pairs) > experts+1:
		return fmt.Errorf("the frame of arm %d at step %d is not of %d layers of %d experts", arm, f.Step, layers,
			e.Model.Experts)
	}
	if len(f.Answers) > 0 {
		if m, _ := Counted(f.Answers, e.Task); m.Value != f.Right || m.Of != f.Asked {
			return fmt.Errorf("arm %d has %d right of %d at step %d, and of its answers %d of %d are", arm, f.Right,
				f.Asked, f.Step, m.Value, m.Of)
		}
	}
	for _, g := range f.Pairs {
		if g.Layer >= layers || g.Expert >= e.Model.Experts {
			return fmt.Errorf("the frame of arm %d at step %d has pairs of layer %d, expert %d", arm, f.Step,
				g.Layer, g.Expert)
		}
	}
	for _, a := range f.Answers {
		if int(a.Expert) >= e.Model.Experts {
			return fmt.Errorf("an answer of arm %d at step %d is of expert %d", arm, f.Step, a.Expert)
		}
	}
	return nil
}

// told refuses a report that pictures and tables could stumble over.
func (r *Record) told(p *Report) error {
	blocks := 2 * r.Experiment.Model.Layers
	switch {
	case p.Arm < 0 || p.Arm >= len(r.Tracks) || p.Step < 0 || p.Step > r.Experiment.Steps:
		return fmt.Errorf("a report of arm %d, step %d", p.Arm, p.Step)
	case len(p.RMSBefore) != blocks || len(p.RMSAfter) != blocks ||
		len(p.RMSUnscaled) != 0 && len(p.RMSUnscaled) != blocks:
		return fmt.Errorf("the report of arm %d at step %d has %d, %d and %d blocks of %d", p.Arm, p.Step,
			len(p.RMSBefore),
			len(p.RMSAfter), len(p.RMSUnscaled), blocks)
	case !Finite(p.StepFLOPsBefore) || !Finite(p.StepFLOPsAfter) || !Finite(p.SearchFLOPs):
		return fmt.Errorf("the report of arm %d at step %d has operations that are no number", p.Arm, p.Step)
	}
	return nil
}
