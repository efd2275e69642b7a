// Package plan counts what a widening costs and saves before anything is trained: parameters, operations, memory. It trains nothing.
package plan

import (
	"fmt"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/widen"
)

// Setup is a network and how long it is to be trained.
type Setup struct {
	Model  model.Config `json:"model"`
	Seq    int          `json:"seq"`    // tokens a sequence
	Tokens float64      `json:"tokens"` // of the whole run
	At     float64      `json:"at"`     // share of the tokens after which the network is widened
	Factor float64      `json:"factor"` // new width over old
}

// Paper is the paper's configuration (Table 4). The initial deviation and the coefficients of the losses are not in the paper, and do
// not count here.
func Paper() Setup {
	return Setup{
		Model: model.Config{
			Vocab: 50304, Hidden: 1024, Layers: 24, Heads: 16, KVHeads: 4, HeadDim: 96, Experts: 64, TopK: 8, Inner: 512,
			NormEps: 1e-6, RopeBase: 10000, LBCoef: 0.01, ZCoef: 0.001, InitStd: 0.02, LogitMult: 1,
		},
		Seq: 4096, Tokens: 200e9, At: 0.5, Factor: 2,
	}
}

// Validate says which field is wrong and what is allowed.
func (s Setup) Validate() error {
	switch {
	case s.Seq < 1 || s.Seq > 1<<20:
		return fmt.Errorf("seq is %d; allowed are 1 to %d", s.Seq, 1<<20)
	case !(s.Tokens > 0 && s.Tokens <= 1e18):
		return fmt.Errorf("tokens is %g; allowed are values above 0 up to 1e18", s.Tokens)
	case !(s.At > 0 && s.At < 1):
		return fmt.Errorf("at is %g; allowed are values between 0 and 1", s.At)
	case !(s.Factor > 1 && s.Factor <= widen.MaxFactor):
		return fmt.Errorf("factor is %g; allowed are values above 1 up to %d", s.Factor, widen.MaxFactor)
	}
	if err := s.Model.Validate(); err != nil {
		return err
	}
	for _, axis := range axes {
		c := s.wide(axis)
		if err := c.Validate(); err != nil {
			return fmt.Errorf("widened %s: %w", axis, err)
		}
		if c == s.Model {
			return fmt.Errorf("factor %g leaves the %s axis as it is; it must grow", s.Factor, axis)
		}
	}
	return nil
}

// Row is one way to go. FLOPs are those of the whole run.
type Row struct {
	Name    string     `json:"name"`
	Axis    model.Axis `json:"axis,omitempty"` // empty for the small network
	Active  int64      `json:"active"`
	Total   int64      `json:"total"`
	States  float64    `json:"states_bytes"`        // weights, gradients and two moments in float32
	Scratch float64    `json:"scratch_6nd"`         // trained at this size from the start: 6·active·tokens
	Widened float64    `json:"widened_6nd"`         // widened on the way; 0 for the small network
	Saving  float64    `json:"saving"`              // share of Scratch
	Exact   float64    `json:"scratch_exact"`       // the matrix products themselves, attention's included
	ExactW  float64    `json:"widened_exact"`       //
	SavingW float64    `json:"saving_exact"`        //
	Paper   *Published `json:"published,omitempty"` // only for the paper's own setup
	Off     *Published `json:"off,omitempty"`       // how far the counts are from that: shares of it, and of savings the plain difference
}

// Published is a row of the paper's Table 2.
type Published struct {
	Active  float64 `json:"active"`
	Total   float64 `json:"total"`
	Scratch float64 `json:"scratch_6nd"`
	Widened float64 `json:"widened_6nd"` // 0 where there is none
	Saving  float64 `json:"saving"`
}

var axes = []model.Axis{model.Inner, model.Hidden, model.Joint}

// published is Table 2, by axis.
var published = map[model.Axis]Published{
	"":           {450e6, 2.56e9, 5.40e20, 0, 0},
	model.Inner:  {751e6, 5e9, 9.01e20, 7.21e20, 0.20},
	model.Hidden: {900e6, 5.13e9, 10.80e20, 8.10e20, 0.25},
	model.Joint:  {1.5e9, 9.96e9, 18.00e20, 11.70e20, 0.35},
}

// compare puts what was published beside the counts.
func (r *Row) compare(p Published) {
	off := func(got, want float64) float64 {
		if want == 0 {
			return 0 // there is none
		}
		return got/want - 1
	}
	r.Paper, r.Off = &p, &Published{
		off(float64(r.Active), p.Active), off(float64(r.Total), p.Total), off(r.Scratch, p.Scratch), off(r.Widened, p.Widened), r.Saving - p.Saving,
	}
}

func (s Setup) wide(axis model.Axis) model.Config {
	return widen.Spec{Axis: axis, Factor: s.Factor}.Config(s.Model)
}

// Rows are the small network and its widenings on every axis. It errs where the setup is not valid.
func Rows(s Setup) ([]Row, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	small := model.Count(s.Model, 1, s.Seq)
	row := func(name string, axis model.Axis, c model.Config) Row {
		n := model.Count(c, 1, s.Seq)
		nd, exact := func(active int64) float64 { return 6 * float64(active) * s.Tokens }, func(flops float64) float64 { return flops / float64(s.Seq) * s.Tokens }
		r := Row{
			Name: name, Axis: axis, Active: n.Active, Total: n.Total, States: 16 * float64(n.Total), Scratch: nd(n.Active), Exact: exact(n.FLOPs),
		}
		if axis != "" {
			r.Widened = s.At*nd(small.Active) + (1-s.At)*nd(n.Active)
			r.ExactW = s.At*exact(small.FLOPs) + (1-s.At)*exact(n.FLOPs)
			r.Saving, r.SavingW = 1-r.Widened/r.Scratch, 1-r.ExactW/r.Exact
		}
		if s == Paper() {
			r.compare(published[axis])
		}
		return r
	}
	rows := []Row{row("small", "", s.Model)}
	for _, axis := range axes {
		rows = append(rows, row(fmt.Sprintf("%s %gx", axis, s.Factor), axis, s.wide(axis)))
	}
	return rows, nil
}
