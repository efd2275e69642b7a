package viz

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/look"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/slowmotion"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// slowID begins the names of its choices.
const slowID = "update-"

// slowChoices are whose update is shown in slow motion: the arm, where the neuron is, and from which of its rows the
// weight is.
func (v *View) slowChoices() []Choice {
	s, e := v.slowly(), v.rec.Experiment
	all := v.Readable(e)
	arms := Choice{ID: slowID + "arm", Label: "Arm"}
	for _, i := range v.slowArms() {
		if i == s.arm {
			arms.Chosen = len(arms.Options)
		}
		arms.Options = append(arms.Options, all[i])
	}
	q := s.question
	neurons := max(v.slowNeurons(s.arm), q.Neuron+1)
	one := func(id, label, name string, n, chosen int) Choice {
		return Choice{ID: slowID + id, Label: label, Options: numbered(name, n), Chosen: chosen}
	}
	out := []Choice{arms, one("layer", "Layer", "layer", e.Model.Layers, q.Layer)}
	if e.Model.Experts > 1 {
		out = append(out, one("expert", "Expert", "expert", e.Model.Experts, q.Expert))
	}
	out = append(out, one("neuron", "Neuron", "neuron", neurons, q.Neuron))
	row, a := s.weight.Row, look.Answer{}
	if held, ok := v.slowAnswer(); ok && held.Update != nil {
		a = held
		row = s.followed(a.Update).Row
	}
	rows := Choice{ID: slowID + "row", Label: "Weight", Chosen: row}
	for _, name := range slowRows {
		rows.Options = append(rows.Options, name+" weight")
	}
	return append(out, rows)
}

// slowArms are the arms whose updates can be looked at: all that are shown, and a hidden one that broke and was opened.
func (v *View) slowArms() (arms []int) {
	for i := range v.rec.Experiment.Arms {
		if !v.Hidden(i) || i == v.slowly().arm {
			arms = append(arms, i)
		}
	}
	return arms
}

// slowChoose chooses one of them.
func (v *View) slowChoose(id string, option int) {
	s := v.slowly()
	arm, q := s.arm, s.question
	switch id {
	case "arm":
		arm = v.slowArms()[option]
	case "layer":
		q.Layer, q.Expert = option, v.busiest(arm, option)
		q.Neuron, q.Copy = 0, look.Twin
	case "expert":
		q.Expert = option
	case "neuron":
		q.Neuron, q.Copy = option, look.Twin
	case "row":
		channel := 0
		if a, ok := v.slowAnswer(); ok && a.Update != nil {
			channel = s.followed(a.Update).Channel
		}
		v.FollowWeight(option, channel)
		return
	}
	v.follows(arm, q)
}

// Slow is the update in slow motion in words and numbers, for who does not look at the picture.
type Slow struct {
	Shown   bool        `json:"shown"`   // the picture is there, and not as a small one
	Title   string      `json:"title"`   // whose update it is
	Asked   string      `json:"asked"`   // why there is none; then nothing else is set
	Stage   int         `json:"stage"`   // that is shown
	Stages  []SlowStage `json:"stages"`  // all, but for the shown one with their titles alone
	Next    string      `json:"next"`    // what the button says that goes on
	Short   string      `json:"short"`   // what it comes to, in the last stage
	Verdict string      `json:"verdict"` // the same in a sentence
	Late    string      `json:"late"`    // the run has gone on since
	Digits  bool        `json:"digits"`  // all of them
	Halves  []string    `json:"halves"`  // what they are called
	Hue     string      `json:"hue"`     // of the arm
}

// SlowStage is a stage.
type SlowStage struct {
	Title string     `json:"title"`
	Alike string     `json:"alike"` // of the stages so far: same, other or nothing
	Says  string     `json:"says,omitempty"`
	Lines []SlowLine `json:"lines,omitempty"`
}

// SlowLine is a line.
type SlowLine struct {
	Name   string   `json:"name"`
	Rule   string   `json:"rule"`
	Words  string   `json:"words"`
	Filled []string `json:"filled"`
	Values []string `json:"values"`
	Alike  string   `json:"alike"`
}

// Slow is it as it is now.
func (v *View) Slow() (out Slow) {
	if v.rec == nil {
		return out
	}
	s := v.slowly()
	out.Digits, out.Stage = bool(s.digits), s.stage
	out.Shown = v.seenLarge(Update)
	hue := style.Of(v.rec.Experiment)[s.arm].Hue
	out.Hue = fmt.Sprintf("#%02x%02x%02x", hue.R, hue.G, hue.B)
	a, ok := v.slowAnswer()
	switch {
	case !ok:
		out.Asked = "The network is asked for its next update."
		return out
	case a.Update == nil:
		out.Asked = record.Capital(a.Declined) + "."
		return out
	}
	told := slowmotion.Tell(a.Update, s.followed(a.Update), s.digits)
	out.Next = told.Next(s.stage)
	_, long := v.slowWhere(&a)
	out.Title, out.Late = v.Readable(v.rec.Experiment)[s.arm]+". "+long, strings.TrimSpace(v.slowLate(&a))
	for i, side := range a.Update.Sides {
		out.Halves = append(out.Halves, fmt.Sprintf("%s, neuron %d", []string{"original", "copy"}[i], side.Neuron+1))
	}
	for i, stage := range told.Stages {
		x := SlowStage{Title: stage.Title}
		if i <= s.stage {
			x.Alike = alikeWords[stage.Alike]
		}
		if i == s.stage {
			x.Says = stage.Says
			for _, l := range stage.Lines {
				y := SlowLine{Name: l.Name, Rule: l.Rule, Words: l.Words, Filled: l.Filled, Alike: alikeWords[l.Alike]}
				for _, value := range l.Values {
					y.Values = append(y.Values, s.digits.Number(value))
				}
				x.Lines = append(x.Lines, y)
			}
		}
		out.Stages = append(out.Stages, x)
	}
	if s.stage == slowmotion.Stages-1 {
		out.Short, out.Verdict = told.Short, told.Verdict
	}
	return out
}

// seenLarge reports whether a picture is there, and not as a small one.
func (v *View) seenLarge(id PaneID) bool {
	if pinned := v.Pinned(); pinned != "" {
		return pinned == id
	}
	if alone := v.Alone(); len(alone) > 0 {
		return slices.Contains(alone, id)
	}
	s := v.stage.of(v.rec.Experiment)
	return s.Main == id || s.Half == id && !v.lone && !Crowded(v.w, v.h)
}

var alikeWords = map[slowmotion.Alike]string{slowmotion.Same: "same", slowmotion.Other: "other",
	slowmotion.Shared: "shared"}
