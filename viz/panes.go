package viz

import "github.com/sparkling-lab/sparkling/sim/experiment"

// PaneID names a picture.
type PaneID string

// The pictures.
const (
	Loss       PaneID = "loss"
	Copies     PaneID = "copies"
	Divergence PaneID = "divergence"
	RMS        PaneID = "rms"
	Knowledge  PaneID = "knowledge"
	Network    PaneID = "network"
	Writing    PaneID = "writing"
	Update     PaneID = "update"
	Inside     PaneID = "inside"
	Attention  PaneID = "attention"
	Experts    PaneID = "experts"
	Seeds      PaneID = "seeds"
)

// Pane is a picture and what people call it.
type Pane struct {
	ID    PaneID `json:"id"`
	Label string `json:"label"`
}

// PanesOf lists the pictures of an experiment, the one first that shows best what is learnt.
func PanesOf(e experiment.Experiment) []Pane {
	panes := []Pane{{Loss, "Loss"}, {Copies, "Copies"}, {Divergence, "Gradients"}, {RMS, "RMS"},
		{Network, "Network"}}
	if e.Task.Questions() > 0 {
		panes = append([]Pane{{Knowledge, "Knowledge"}}, panes...)
	}
	if e.Task.Writes() {
		panes = append(panes, Pane{Writing, "Writing"})
	}
	panes = append(panes, Pane{Update, "One update"}, Pane{Inside, "Inside"}, Pane{Attention, "Attention"})
	if e.Model.Experts > 1 {
		panes = append(panes, Pane{Experts, "Experts"})
	}
	return append(panes, Pane{Seeds, "Seeds"})
}

// draw draws a picture into its box and nowhere else.
func draw(v *View, id PaneID, b box) {
	switch id {
	case Loss:
		v.loss(b)
	case Copies:
		v.copies(b)
	case Divergence:
		v.divergence(b)
	case RMS:
		v.rms(b)
	case Knowledge:
		v.knowledge(b)
	case Network:
		v.network(b)
	case Writing:
		v.writing(b)
	case Update:
		v.update(b)
	case Inside:
		v.innards(b)
	case Attention:
		v.attention(b)
	case Experts:
		v.experts(b)
	case Seeds:
		v.seeds(b)
	}
}

// box is a place in CSS pixels.
type box struct{ x, y, w, h float64 }

func (b box) holds(p point) bool { return p.x >= b.x && p.x < b.x+b.w && p.y >= b.y && p.y < b.y+b.h }
