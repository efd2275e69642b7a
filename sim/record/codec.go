package record

import (
	"fmt"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/widen/pairs"
	"github.com/sparkling-lab/sparkling/sim/codec"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// Version is the version of the encoding of frames and reports, and so of messages and records. Records can be older:
// those of beforeExperts say nothing of routers, nor what experts get; those of beforeAnswers hold neither answers nor
// what was written, and those of beforeMeasures do not count answers; those of beforeUnscaled do not say what a
// widening would have done without its factor; those of beforeStates do not say in which state pairs are, nor what is
// no longer finite; those of beforeOptimizers count no product of an optimizer, and in those of beforeSearches reports
// say nothing of searches.
const (
	Version          = 9
	beforeExperts    = 8
	beforeAnswers    = 7
	beforeMeasures   = 6
	beforeUnscaled   = 5
	beforeStates     = 4
	beforeOptimizers = 3
	beforeSearches   = 2
)

func codeRMS(c *codec.Coder, v *[]BlockRMS) {
	codec.List(c, v, 8, 2*model.MaxLayers, func(b *BlockRMS) { c.F32(&b.In); c.F32(&b.Out) })
}

// CodeFrames visits frames; the smallest has 48 bytes in every version.
func CodeFrames(c *codec.Coder, v *[]ArmFrame) {
	codec.List(c, v, 48, experiment.MaxSteps+1, func(f *ArmFrame) { f.code(c) })
}

// MaxGets is the most numbers that a frame has of what experts get.
const MaxGets = 1 << 13

// maxExperts is the most that a network can have in all its layers.
const maxExperts = model.MaxLayers * model.MaxExperts

func (f *ArmFrame) code(c *codec.Coder) {
	c.Int(&f.Arm)
	c.Int(&f.Step)
	for _, v := range []*float32{&f.TrainLoss, &f.ValLoss, &f.FullValLoss, &f.LROld, &f.LRNew} {
		c.F32(v)
	}
	c.F64(&f.FLOPs)
	c.F32s(&f.ExpertLoad, maxExperts)
	codeRMS(c, &f.RMS)
	codec.List(c, &f.Pairs, 36, maxExperts+1, func(g *PairGroup) { codeGroup(c, g) })
	if !c.UpTo(beforeStates) {
		c.Text(&f.NotFinite)
	}
	if !c.UpTo(beforeMeasures) {
		c.Int(&f.Right)
		c.Int(&f.Asked)
	}
	if !c.UpTo(beforeAnswers) {
		codec.List(c, &f.Answers, 3, task.MaxQuestions, func(a *Answer) { codeAnswer(c, a) })
	}
	if !c.UpTo(beforeExperts) {
		c.F32s(&f.Router, maxExperts)
		c.I32s(&f.Gets, MaxGets)
	}
}

// codeAnswer visits an answer in three bytes.
func codeAnswer(c *codec.Coder, a *Answer) {
	word := a.Expert << 1
	if a.Right {
		word |= 1
	}
	low, high := byte(word), byte(word>>8)
	c.Byte(&a.Sure)
	c.Byte(&low)
	c.Byte(&high)
	word = uint16(low) | uint16(high)<<8
	a.Right, a.Expert = word&1 != 0, word>>1
}

func codeGroup(c *codec.Coder, g *PairGroup) {
	c.Text(&g.Axis)
	c.Int(&g.Layer)
	c.Int(&g.Expert)
	inner, hidden := g.Axis == string(model.Inner) && g.Layer >= 0 && g.Expert >= 0,
		g.Axis == string(model.Hidden) && g.Layer == -1 && g.Expert == -1
	if c.Reading && c.Err == nil && !inner && !hidden {
		c.Err = fmt.Errorf("pairs on axis %.10q, layer %d, expert %d", g.Axis, g.Layer, g.Expert)
	}
	c.I32s(&g.Orig, pairs.Most)
	c.I32s(&g.Copy, pairs.Most)
	for q := range g.Stats {
		codec.List(c, &g.Stats[q], 8, pairs.Most, func(s *PairStat) { codeStat(c, s) })
		if c.Reading && c.Err == nil && (len(g.Stats[q]) != len(g.Orig) || len(g.Copy) != len(g.Orig)) {
			c.Err = fmt.Errorf("a group has %d pairs, but %d copies and %d values", len(g.Orig), len(g.Copy),
				len(g.Stats[q]))
		}
	}
}

func codeStat(c *codec.Coder, s *PairStat) {
	c.F32(&s.Cos)
	c.F32(&s.Dist)
	if c.UpTo(beforeStates) {
		inferState(s)
		return
	}
	state := byte(s.State)
	c.Byte(&state)
	if s.State = PairState(state); c.Err == nil && s.State >= PairStates {
		c.Err = fmt.Errorf("a pair is in state %d; known are 0 to %d", state, PairStates-1)
	}
}

// inferState sets the state of a pair from the numbers that records had before they said it. Where both are none, they
// cannot tell: two vectors of zeros gave the same as what had diverged.
func inferState(p *PairStat) {
	switch cos, dist := Finite(p.Cos), Finite(p.Dist); {
	case !dist:
		p.State = PairUnknown
	case p.Dist == 0:
		p.State = Locked
	case !cos:
		p.State = OneZero
	default:
		p.State = Apart
	}
}

// Code visits the report.
func (r *Report) Code(c *codec.Coder) {
	c.Int(&r.Arm)
	c.Int(&r.Step)
	for _, v := range []*float32{&r.ValLossBefore, &r.ValLossAfter, &r.LogitError} {
		c.F32(v)
	}
	codeRMS(c, &r.RMSBefore)
	codeRMS(c, &r.RMSAfter)
	for _, v := range []*int64{&r.ParamsBefore, &r.ParamsAfter, &r.ActiveBefore, &r.ActiveAfter} {
		c.I64(v)
	}
	c.F64(&r.StepFLOPsBefore)
	c.F64(&r.StepFLOPsAfter)
	if !c.UpTo(beforeSearches) {
		c.Int(&r.RemappedStep)
		c.F64(&r.SearchFLOPs)
	}
	if !c.UpTo(beforeUnscaled) {
		codeRMS(c, &r.RMSUnscaled)
	}
}
