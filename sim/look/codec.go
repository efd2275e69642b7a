package look

import (
	"errors"
	"fmt"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/sim/codec"
)

// Code visits the question. It errs where what is read is not allowed.
func (q *Question) Code(c *codec.Coder) {
	kind, quantity, scale := int(q.Kind), int(q.Quantity), int(q.Scale)
	for _, v := range []*int{&kind, &q.Layer, &q.Expert, &q.Neuron, &q.Copy, &quantity, &scale, &q.Head, &q.Sequence} {
		c.Int(v)
	}
	q.Kind, q.Quantity, q.Scale = Kind(kind), model.Quantity(quantity), Scale(scale)
	if c.Reading && c.Err == nil {
		c.Err = q.Validate()
	}
}

// Code visits the answer. It errs where what is read is not whole.
func (a *Answer) Code(c *codec.Coder) {
	a.Question.Code(c)
	c.Int(&a.Step)
	c.Text(&a.Declined)
	if a.Declined != "" || c.Err != nil {
		return
	}
	switch a.Question.Kind {
	case KindUpdate:
		visit(c, &a.Update, (*Update).code)
	case KindLayer:
		visit(c, &a.Layer, (*LayerValues).code)
	case KindHistograms:
		visit(c, &a.Histograms, (*Histograms).code)
	case KindAttention:
		visit(c, &a.Attention, (*Attention).code)
	}
}

// visit visits what an answer holds.
func visit[T any](c *codec.Coder, v **T, code func(*T, *codec.Coder)) {
	if c.Reading {
		*v = new(T)
	} else if *v == nil {
		c.Err = errors.New("an answer without what it is about")
		return
	}
	code(*v, c)
}

// flag visits a truth.
func flag(c *codec.Coder, v *bool) {
	b := byte(0)
	if *v {
		b = 1
	}
	c.Byte(&b)
	*v = b == 1
}

// length refuses what is read and has not so many elements.
func length(c *codec.Coder, what string, got, want int) {
	if c.Reading && c.Err == nil && got != want {
		c.Err = fmt.Errorf("%s: %d where %d belong", what, got, want)
	}
}

func (u *Update) code(c *codec.Coder) {
	u.Rule.code(c)
	c.F32(&u.Loss)
	flag(c, &u.Widened)
	c.Text(&u.NotFinite)
	c.Int(&u.Broken)
	u.Token.code(c)
	codec.List(c, &u.Sides, 32, 2, func(s *Side) { s.code(c, len(u.Token.In)) })
	if c.Reading && c.Err == nil && len(u.Sides) == 0 {
		c.Err = fmt.Errorf("an update of no neuron")
	}
}

func (r *Rule) code(c *codec.Coder) {
	c.Int(&r.Updates)
	for _, v := range []*float32{&r.Decay, &r.Beta1, &r.Beta2, &r.Eps, &r.Bias1, &r.Bias2, &r.Momentum, &r.Scale} {
		c.F32(v)
	}
	for _, v := range []*bool{&r.Muon, &r.Rounding.Reciprocal, &r.Rounding.FusedDecay, &r.Rounding.FusedMomentum,
		&r.Exact} {
		flag(c, v)
	}
}

func (t *Token) code(c *codec.Coder) {
	for _, v := range []*int{&t.Row, &t.Position, &t.Expert, &t.Tokens} {
		c.Int(v)
	}
	texts(c, &t.Symbols, MaxContext)
	c.Text(&t.Label)
	c.F32(&t.Loss)
	c.F32(&t.Weight)
	c.F32s(&t.In, MaxHidden)
	c.F32s(&t.DOut, MaxHidden)
	length(c, "a token's gradient", len(t.DOut), len(t.In))
}

// texts visits a list of short texts.
func texts(c *codec.Coder, v *[]string, most int) { codec.List(c, v, 4, most, c.Text) }

// code visits a neuron that reads so many numbers.
func (s *Side) code(c *codec.Coder, hidden int) {
	c.Int(&s.Neuron)
	for _, v := range []*float32{&s.Gate, &s.Up, &s.Hidden, &s.DHidden, &s.DGate, &s.DUp} {
		c.F32(v)
	}
	for k := range s.Rows {
		r := &s.Rows[k]
		c.Text(&r.Tensor)
		for i, v := range r.slices() {
			c.F32s(v, MaxHidden)
			if directions := i == len(r.slices())-1; !directions || len(*v) > 0 {
				length(c, "weights of a neuron", len(*v), hidden)
			}
		}
	}
}

func (l *LayerValues) code(c *codec.Coder) {
	left := MaxValues
	codec.List(c, &l.Matrices, 24, 8+3*model.MaxExperts, func(m *Matrix) {
		part := int(m.Part)
		c.Text(&m.Tensor)
		for _, v := range []*int{&part, &m.Expert, &m.Rows, &m.Cols} {
			c.Int(v)
		}
		m.Part = model.Part(part)
		if c.Reading && c.Err == nil && (m.Part < 0 || m.Part >= model.Parts || m.Rows < 0 || m.Rows > model.MaxWidth ||
			m.Cols < 0 || m.Cols > model.MaxWidth) {
			c.Err = fmt.Errorf("a matrix of part %d with %d rows of %d", m.Part, m.Rows, m.Cols)
		}
		c.F32s(&m.Values, left)
		length(c, "a matrix", len(m.Values), m.Rows*m.Cols)
		left -= len(m.Values)
	})
	codec.List(c, &l.Experts, 12, model.MaxExperts, func(n *Neurons) {
		c.Int(&n.Tokens)
		c.F32s(&n.Mean, model.MaxWidth)
		c.F32s(&n.Active, model.MaxWidth)
		length(c, "activations", len(n.Active), len(n.Mean))
	})
}

func (h *Histograms) code(c *codec.Coder) {
	codec.List(c, &h.Tensors, 60, maxTensors, func(x *Histogram) {
		part := int(x.Part)
		for _, v := range []*int{&part, &x.Layer, &x.Count, &x.Zeros, &x.NotFinite, &x.Below, &x.Above} {
			c.Int(v)
		}
		x.Part = model.Part(part)
		for _, v := range []*float32{&x.RMS, &x.Min, &x.Max, &x.Low1, &x.High99, &x.From, &x.To} {
			c.F32(v)
		}
		c.I32s(&x.Bins, Bins)
		if c.Reading && c.Err == nil && (x.Part < 0 || x.Part >= model.Parts || x.Layer < -1 ||
			x.Layer >= model.MaxLayers) {
			c.Err = fmt.Errorf("a histogram of part %d of layer %d", x.Part, x.Layer)
		}
		length(c, "bins", len(x.Bins), Bins)
	})
}

func (a *Attention) code(c *codec.Coder) {
	for _, v := range []*int{&a.Heads, &a.KVHeads, &a.Sequences} {
		c.Int(v)
	}
	texts(c, &a.Symbols, MaxSeq)
	c.F32s(&a.Probs, MaxSeq*MaxSeq)
	length(c, "probabilities", len(a.Probs), len(a.Symbols)*len(a.Symbols))
}
