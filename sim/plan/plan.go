// Package plan counts what a widening costs and saves before anything is trained: parameters, operations, memory. It
// trains nothing.
package plan

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
)

// Widening is one widening on the way.
type Widening struct {
	Axis   model.Axis `json:"axis"`
	At     float64    `json:"at"`     // fraction of the tokens after which it happens
	Factor float64    `json:"factor"` // new width over old
}

// Schedule is the widenings that a network goes through, in their order.
type Schedule []Widening

// OnEveryAxis is the same way along every axis.
func (w Schedule) OnEveryAxis() []Schedule {
	var out []Schedule
	for _, axis := range []model.Axis{model.Inner, model.Hidden, model.Joint} {
		along := append(Schedule(nil), w...)
		for i := range along {
			along[i].Axis = axis
		}
		out = append(out, along)
	}
	return out
}

// axis is that of all stages, empty where they differ.
func (w Schedule) axis() model.Axis {
	for _, s := range w {
		if s.Axis != w[0].Axis {
			return ""
		}
	}
	return w[0].Axis
}

// String is the axis and the factor of every stage; an axis is named where it changes, and many equal stages are
// counted.
func (w Schedule) String() string {
	var parts []string
	for i := 0; i < len(w); {
		n := 1
		for i+n < len(w) && w[i+n].Axis == w[i].Axis && w[i+n].Factor == w[i].Factor {
			n++
		}
		part := fmt.Sprintf("%.4gx", w[i].Factor)
		switch {
		case n == 2:
			part += ", " + part
		case n > 2:
			part += fmt.Sprintf(" (%d times)", n)
		}
		if i == 0 || w[i].Axis != w[i-1].Axis {
			part = string(w[i].Axis) + " " + part
		}
		parts, i = append(parts, part), i+n
	}
	return strings.Join(parts, ", ")
}

// Setup is a network, how long it is to be trained, and the ways in which it may be widened.
type Setup struct {
	Model     model.Config `json:"model"`
	Optimizer optim.Kind   `json:"optimizer"`
	// sequences an update: what the optimizer computes is spread over their tokens
	Batch     int        `json:"batch"`
	Seq       int        `json:"seq"`    // tokens a sequence
	Tokens    float64    `json:"tokens"` // of the whole run
	Schedules []Schedule `json:"schedules"`
}

// Paper is the paper's configuration (Table 4). The initial deviation and the coefficients of the losses are not in
// the paper, and do not count here.
func Paper() Setup {
	return Setup{
		Model: model.Config{
			Vocab: 50304, Hidden: 1024, Layers: 24, Heads: 16, KVHeads: 4, HeadDim: 96, Experts: 64, TopK: 8,
			Inner:   512,
			NormEps: 1e-6, RopeBase: 10000, AuxLossCoef: 0.01, ZLossCoef: 0.001, InitStd: 0.02, LogitMult: 1,
		},
		Optimizer: optim.AdamW, Batch: 768, Seq: 4096, Tokens: 200e9,
		Schedules: Schedule{{At: 0.5, Factor: 2}}.OnEveryAxis(),
	}
}

// Validate says which field is wrong and what is allowed.
func (s Setup) Validate() error {
	switch {
	case !slices.Contains(optim.Kinds, s.Optimizer):
		return fmt.Errorf("optimizer is %q; allowed are adamw and muon", string(s.Optimizer))
	case s.Batch < 1 || s.Batch > 1<<20:
		return fmt.Errorf("batch is %d; allowed are 1 to %d", s.Batch, 1<<20)
	case s.Seq < 1 || s.Seq > 1<<20:
		return fmt.Errorf("seq is %d; allowed are 1 to %d", s.Seq, 1<<20)
	case !(s.Tokens > 0 && s.Tokens <= 1e18):
		return fmt.Errorf("tokens is %g; allowed are values above 0 up to 1e18", s.Tokens)
	}
	if err := s.Model.Validate(); err != nil {
		return err
	}
	for _, w := range s.Schedules {
		if err := w.validate(s.Model); err != nil {
			return err
		}
	}
	return nil
}

func (w Schedule) validate(c model.Config) error {
	if len(w) == 0 {
		return errors.New("a way needs a widening")
	}
	last := 0.0
	for _, s := range w {
		switch {
		case !(s.At >= 0 && s.At < 1):
			return fmt.Errorf("at is %g; allowed are values from 0 to below 1", s.At)
		case s.At < last:
			return fmt.Errorf("at is %g after %g; a later widening is not earlier", s.At, last)
		case !(s.Factor > 1 && s.Factor <= widen.MaxFactor):
			return fmt.Errorf("factor is %g; allowed are values above 1 up to %d", s.Factor, widen.MaxFactor)
		}
		if _, err := s.Axis.Parts(); err != nil {
			return err
		}
		last = s.At
		now := s.config(c)
		if err := now.Validate(); err != nil {
			return fmt.Errorf("widened %s: %w", w, err)
		}
		if s.Axis != model.Hidden && now.Inner == c.Inner || s.Axis != model.Inner && now.Hidden == c.Hidden {
			return fmt.Errorf("factor %g leaves the %s axis as it is; it must grow", s.Factor, s.Axis)
		}
		c = now
	}
	return nil
}

func (s Widening) config(c model.Config) model.Config {
	return widen.Spec{Axis: s.Axis, Factor: s.Factor}.Config(c)
}

// Row is one way to go. FLOPs are those of the whole run.
type Row struct {
	Name string `json:"name"`
	// of all its widenings; empty for the small network, and where they differ
	Axis          model.Axis `json:"axis,omitempty"`
	Schedule      Schedule   `json:"schedule,omitempty"` // empty for the small network
	Active        int64      `json:"active_params"`
	Total         int64      `json:"total_params"`
	TrainingState float64    `json:"training_state_bytes"` // weights, gradients and two moments in float32
	Scratch       float64    `json:"scratch_6nd"`          // trained at this size from the start: 6·active·tokens
	Widened       float64    `json:"widened_6nd"`          // widened on the way; 0 for the small network
	Saving        float64    `json:"saving"`               // fraction of Scratch
	// every matrix product, attention's and the optimizer's included
	ScratchExact float64    `json:"scratch_exact"`
	WidenedExact float64    `json:"widened_exact"`
	SavingExact  float64    `json:"saving_exact"`
	Published    *Published `json:"published,omitempty"` // only for the paper's own setup
	// how far the counts are from that: fractions of it, and of savings the plain difference
	Deviation *Published `json:"deviation,omitempty"`
	// how far they may be for the last digit that the paper prints, in the same terms
	Rounding *Published `json:"rounding,omitempty"`
}

// Compute6ND is how the paper counts training compute, C = 6·N·D FLOPs for N parameters that a token passes through and
// D tokens (Table 2; the rule is that of Kaplan et al. 2020, arXiv 2001.08361). [optim.Kind.Cost] counts every product
// instead.
func Compute6ND(active int64, tokens float64) float64 { return 6 * float64(active) * tokens }

// Rows are the small network and its ways. It errs where the setup is not valid.
func Rows(s Setup) ([]Row, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	nd := func(n model.Counts) float64 { return Compute6ND(n.Active, 1) }
	exact := func(c model.Config) float64 {
		return s.Optimizer.Cost(c, s.Batch, s.Seq).Update() / (float64(s.Batch) * float64(s.Seq))
	}
	row := func(name string, c model.Config) Row {
		n := model.Count(c, 1, s.Seq)
		return Row{Name: name, Active: n.Active, Total: n.Total, TrainingState: 16 * float64(n.Total),
			Scratch: Compute6ND(n.Active, s.Tokens), ScratchExact: exact(c) * s.Tokens}
	}
	rows := []Row{row("small", s.Model)}
	for _, w := range s.Schedules {
		c, at := s.Model, 0.0
		var sum, sumExact float64 // a token, on average
		for _, stage := range w {
			n := model.Count(c, 1, s.Seq)
			sum, sumExact = sum+(stage.At-at)*nd(n), sumExact+(stage.At-at)*exact(c)
			c, at = stage.config(c), stage.At
		}
		n := model.Count(c, 1, s.Seq)
		r := row(w.String(), c)
		r.Axis, r.Schedule = w.axis(), w
		r.Widened, r.WidenedExact = (sum+(1-at)*nd(n))*s.Tokens, (sumExact+(1-at)*exact(c))*s.Tokens
		r.Saving, r.SavingExact = 1-r.Widened/r.Scratch, 1-r.WidenedExact/r.ScratchExact
		rows = append(rows, r)
	}
	if reflect.DeepEqual(s, Paper()) {
		for i := range rows {
			rows[i].compare(table2[rows[i].Axis])
		}
	}
	return rows, nil
}
