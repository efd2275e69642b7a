package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/sparkling-lab/sparkling/internal/lecture"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/look"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/reproduce"
	"github.com/sparkling-lab/sparkling/sim/session"
	"github.com/sparkling-lab/sparkling/sim/train"
	"github.com/sparkling-lab/sparkling/viz/slowmotion"
)

// made is the built-in experiment of facts at its own seed, and the first update after its widening of a neuron and its
// copy.
func made() (out lecture.Run, err error) {
	e, err := experiment.Named("facts")
	if err != nil {
		return out, err
	}
	out.Experiment, out.Seed = e.Name, e.Seed
	if out.Arithmetic, err = reproduce.Arithmetic(); err != nil {
		return out, err
	}
	rec, err := run(e)
	if err != nil {
		return out, err
	}
	for i, a := range e.Arms {
		end := rec.Tracks[i][len(rec.Tracks[i])-1]
		arm := lecture.Arm{Name: treatment(a), Known: end.Right, Asked: end.Asked, Loss: end.FullValLoss}
		if a.Widens() {
			w, g := end.Summary(record.Weight), end.Summary(record.Gradient)
			arm.Pairs, arm.Locked = w.Pairs, w.In[record.Locked]
			arm.WeightCosine, arm.GradientCosine = w.Cos, g.Cos
		}
		out.Arms = append(out.Arms, arm)
	}
	out.Updates, err = updates(e)
	return out, err
}

// treatment is the id of the one that an arm follows.
func treatment(a experiment.Arm) string {
	t, _ := experiment.TreatmentOf(a)
	return t.ID
}

// run runs an experiment to its end.
func run(e experiment.Experiment) (*record.Record, error) {
	v, err := e.Validate()
	if err != nil {
		return nil, err
	}
	h := session.NewLocalHost(cpu.Factory{})
	s, err := session.New(v, h)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	s.SetSpeed(session.Max)
	s.Play()
	for !s.Done() {
		h.Wait(100 * time.Millisecond)
		s.Tick()
	}
	for _, a := range s.Arms() {
		if a.State == record.Failed {
			return nil, errors.New(a.Err)
		}
	}
	return s.Record(), nil
}

// The neuron whose update is told: the first of the first expert in the last layer, whose input all else has shaped.
const (
	layer  = 1
	expert = 0
	neuron = 0
)

// updates are the first update after the widening of the arms whose states are copied, and emptied in the copies: of
// the same weight, the one that shows best what the second does.
func updates(e experiment.Experiment) (out []lecture.Updated, err error) {
	var of []*look.Update
	ids := []string{"copy", "asymmetric"}
	for _, id := range ids {
		u, err := updateOf(e, id)
		if err != nil {
			return nil, err
		}
		of = append(of, u)
	}
	w := slowmotion.Moves(of[1])
	for i, u := range of {
		told := slowmotion.Tell(u, w, slowmotion.Few)
		if !told.Exact {
			return nil, fmt.Errorf("the told update of %s is not the one that was made", ids[i])
		}
		x := lecture.Updated{Arm: ids[i], Step: e.Fork(),
			Weight: fmt.Sprintf("%s, channel %d", u.Sides[0].Rows[w.Row].Tensor, w.Channel+1)}
		for _, s := range told.Stages {
			for _, l := range s.Lines {
				line := lecture.Line{Stage: s.Title, Name: l.Name, Rule: l.Rule, Filled: l.Filled,
					Same: l.Alike == slowmotion.Same || l.Alike == slowmotion.Shared}
				for _, v := range l.Values {
					line.Values = append(line.Values, slowmotion.Few.Number(v))
				}
				x.Lines = append(x.Lines, line)
			}
		}
		out = append(out, x)
	}
	return out, nil
}

// updateOf trains the arm of a treatment alone up to its widening, and asks for its next update.
func updateOf(e experiment.Experiment, id string) (*look.Update, error) {
	e = e.Clone()
	var only []experiment.Arm
	for _, a := range e.Arms {
		if treatment(a) == id {
			only = append(only, a)
		}
	}
	e.Arms = only
	t := train.NewTrainer(cpu.Factory{})
	defer t.Close()
	var looked *look.Update
	take := func(out [][]byte) error {
		for _, data := range out {
			m, err := train.DecodeMessage(data)
			switch {
			case err != nil:
				return err
			case m.Kind == train.KindFailed:
				return errors.New(m.Text)
			case m.Kind == train.KindLooked && m.Answer.Declined != "":
				return errors.New(m.Answer.Declined)
			case m.Kind == train.KindLooked:
				looked = m.Answer.Update
			}
		}
		return nil
	}
	for _, m := range []train.Message{
		{Kind: train.KindStart, Document: e.JSON()},
		{Kind: train.KindRun, Step: e.Fork()},
		{Kind: train.KindLook, Ask: 1, Question: look.OneUpdate(layer, expert, neuron, look.Twin)},
	} {
		if err := take(t.Handle(m.Encode())); err != nil {
			return nil, err
		}
		for more := m.Kind == train.KindRun; more; {
			var out [][]byte
			out, more = t.Work(0)
			if err := take(out); err != nil {
				return nil, err
			}
		}
	}
	if looked == nil {
		return nil, errors.New("no update was told")
	}
	return looked, nil
}
