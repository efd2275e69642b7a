package sim

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/widen/pairs"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// coder is the one description of a binary format: the same visit of a value writes it (reading false) or reads it, so that the
// two cannot drift apart. Little-endian; slices carry their length. Reading never goes beyond the data, and never allocates
// more than a small multiple of what was read before: a length is what the data says of itself.
type coder struct {
	reading bool
	version int                         // of what is read or written, 0 for the present one
	buf     []byte                      // written so far, or left to read
	pull    func(n int) ([]byte, error) // gives what is read instead, where that is a stream; valid until the next call
	left    int                         // bytes that a stream may have yet
	err     error
}

var errShort = errors.New("the data ends too early")

// take is the next n bytes to read, nil at the end.
func (c *coder) take(n int) []byte {
	if c.err != nil {
		return nil
	}
	if c.pull != nil && n > 0 {
		if c.left -= n; c.left < 0 {
			c.err = errors.New("it is larger than is allowed")
			return nil
		}
		b, err := c.pull(n)
		c.err = err
		return b
	}
	if n < 0 || n > len(c.buf) {
		c.err = errShort
		return nil
	}
	b := c.buf[:n]
	c.buf = c.buf[n:]
	return b
}

func (c *coder) u64(v *uint64) {
	if !c.reading {
		c.buf = binary.LittleEndian.AppendUint64(c.buf, *v)
	} else if b := c.take(8); b != nil {
		*v = binary.LittleEndian.Uint64(b)
	}
}

func (c *coder) u32(v *uint32) {
	if !c.reading {
		c.buf = binary.LittleEndian.AppendUint32(c.buf, *v)
	} else if b := c.take(4); b != nil {
		*v = binary.LittleEndian.Uint32(b)
	}
}

// integer is a signed number of 32 bits.
func (c *coder) integer(v *int) {
	u := uint32(int32(*v))
	c.u32(&u)
	*v = int(int32(u))
}

func (c *coder) i64(v *int64) {
	u := uint64(*v)
	c.u64(&u)
	*v = int64(u)
}

func (c *coder) octet(v *byte) {
	if !c.reading {
		c.buf = append(c.buf, *v)
	} else if b := c.take(1); b != nil {
		*v = b[0]
	}
}

// f32 keeps every bit, also of a NaN.
func (c *coder) f32(v *float32) {
	u := math.Float32bits(*v)
	c.u32(&u)
	*v = math.Float32frombits(u)
}

func (c *coder) f64(v *float64) {
	u := math.Float64bits(*v)
	c.u64(&u)
	*v = math.Float64frombits(u)
}

// length is that of a slice whose elements take at least size bytes each.
func (c *coder) length(n, size int) int {
	c.integer(&n)
	if c.reading && c.err == nil && (n < 0 || n > max(len(c.buf), c.left)/size) {
		c.err = errShort
	}
	if c.err != nil {
		return 0
	}
	return n
}

func (c *coder) bytes(v *[]byte, most int) {
	n := c.length(len(*v), 1)
	if c.reading && n > most {
		c.err = fmt.Errorf("%d bytes at once; at most %d are allowed", n, most)
	}
	if !c.reading {
		c.buf = append(c.buf, *v...)
	} else {
		*v = append([]byte(nil), c.take(n)...)
	}
}

// maxWords bounds a text in bytes: a name with all that may be said about it.
const maxWords = 64 << 10

func (c *coder) text(v *string) {
	b := []byte(*v)
	c.bytes(&b, maxWords)
	*v = string(b)
}

// ahead is for how many elements a list that is read has room before any of them was there.
const ahead = 64

// list visits the elements of a slice, of which there are at most most; an empty one reads back as nil. What is read grows with what is
// there.
func list[T any](c *coder, v *[]T, size, most int, each func(*T)) {
	n := c.length(len(*v), size)
	if c.reading {
		*v = nil
		if n > most && c.err == nil {
			c.err = fmt.Errorf("a list of %d; at most %d are allowed", n, most)
		}
		if n > 0 && c.err == nil {
			*v = make([]T, 0, min(n, ahead))
		}
	}
	for i := range n {
		if c.err != nil {
			return
		}
		if c.reading {
			var zero T
			*v = append(*v, zero)
		}
		each(&(*v)[i])
	}
}

func (c *coder) f32s(v *[]float32, most int) { list(c, v, 4, most, c.f32) }

func (c *coder) i32s(v *[]int32, most int) {
	list(c, v, 4, most, func(x *int32) {
		u := uint32(*x)
		c.u32(&u)
		*x = int32(u)
	})
}

func (c *coder) rms(v *[]BlockRMS) {
	list(c, v, 8, 2*model.MaxLayers, func(b *BlockRMS) { c.f32(&b.In); c.f32(&b.Out) })
}

// upTo reports whether what is read or written is of that version or an older one.
func (c *coder) upTo(version int) bool { return c.version != 0 && c.version <= version }

// frames visits frames; the smallest has 48 bytes in every version.
func (c *coder) frames(v *[]ArmFrame) { list(c, v, 48, experiment.MaxSteps+1, c.frame) }

// maxExperts is the most that a network can have in all its layers.
const maxExperts = model.MaxLayers * model.MaxExperts

func (c *coder) frame(f *ArmFrame) {
	c.integer(&f.Arm)
	c.integer(&f.Step)
	for _, v := range []*float32{&f.Train, &f.Held, &f.Whole, &f.LROld, &f.LRNew} {
		c.f32(v)
	}
	c.f64(&f.FLOPs)
	c.f32s(&f.Load, maxExperts)
	c.rms(&f.RMS)
	list(c, &f.Pairs, 36, maxExperts+1, c.pairs)
	if !c.upTo(beforeStates) {
		c.text(&f.NotFinite)
	}
}

func (c *coder) pairs(g *PairGroup) {
	c.text(&g.Axis)
	c.integer(&g.Layer)
	c.integer(&g.Expert)
	inner, hidden := g.Axis == string(model.Inner) && g.Layer >= 0 && g.Expert >= 0, g.Axis == string(model.Hidden) && g.Layer == -1 && g.Expert == -1
	if c.reading && c.err == nil && !inner && !hidden {
		c.err = fmt.Errorf("pairs on axis %.10q, layer %d, expert %d", g.Axis, g.Layer, g.Expert)
	}
	c.i32s(&g.Orig, pairs.Most)
	c.i32s(&g.Copy, pairs.Most)
	for q := range g.Stats {
		list(c, &g.Stats[q], 8, pairs.Most, c.stat)
		if c.reading && c.err == nil && (len(g.Stats[q]) != len(g.Orig) || len(g.Copy) != len(g.Orig)) {
			c.err = fmt.Errorf("a group has %d pairs, but %d copies and %d values", len(g.Orig), len(g.Copy), len(g.Stats[q]))
		}
	}
}

func (c *coder) stat(s *PairStat) {
	c.f32(&s.Cos)
	c.f32(&s.Dist)
	if c.upTo(beforeStates) {
		inferState(s)
		return
	}
	state := byte(s.State)
	c.octet(&state)
	if s.State = PairState(state); c.err == nil && s.State >= PairStates {
		c.err = fmt.Errorf("a pair is in state %d; known are 0 to %d", state, PairStates-1)
	}
}

// inferState sets the state of a pair from the numbers that records had before they said it. Where both are none, they cannot tell: two vectors
// of zeros gave the same as what had diverged.
func inferState(p *PairStat) {
	switch cos, dist := Finite(p.Cos), Finite(p.Dist); {
	case !dist:
		p.State = Untold
	case p.Dist == 0:
		p.State = Locked
	case !cos:
		p.State = OneZero
	default:
		p.State = Apart
	}
}

func (c *coder) report(r *Report) {
	c.integer(&r.Arm)
	c.integer(&r.Step)
	for _, v := range []*float32{&r.HeldBefore, &r.HeldAfter, &r.LogitError} {
		c.f32(v)
	}
	c.rms(&r.RMSBefore)
	c.rms(&r.RMSAfter)
	for _, v := range []*int64{&r.ParamsBefore, &r.ParamsAfter, &r.ActiveBefore, &r.ActiveAfter} {
		c.i64(v)
	}
	c.f64(&r.StepFLOPsBefore)
	c.f64(&r.StepFLOPsAfter)
	if !c.upTo(beforeSearches) {
		c.integer(&r.Place)
		c.f64(&r.SearchFLOPs)
	}
}
