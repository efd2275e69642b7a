package checkpoints

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"

	"github.com/sparkling-lab/sparkling/internal/input"
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// Position is what decides the next bits of a run beside its weights and its optimizer's states.
type Position struct {
	// Step is the number of updates done. The optimizer has counted as many, and what data come next follows from it.
	Step      int `json:"step"`
	Widenings int `json:"widenings"` // done
	// Places are, widening by widening, what the search of a remapped rate found; 0 where none was made.
	Places []int `json:"places"`
	// FLOPs are those of all updates; LossSum over LossWeight is the smoothed training loss.
	FLOPs      float64 `json:"flops"`
	LossSum    float64 `json:"loss_sum"`
	LossWeight float64 `json:"loss_weight"`
	// Data tells the data that is trained on from other data; empty where the document says all.
	Data string `json:"data,omitempty"`
	// Engine names what computed the updates since the last checkpoint; empty where an older version wrote it.
	Engine string `json:"engine,omitempty"`
	// Experiment is the document of the run, which has one arm.
	Experiment experiment.Experiment `json:"experiment"`
}

// The names of what a checkpoint holds beside the files of its network.
const (
	positionName  = checkpoint.PositionName
	tokenizerName = "tokenizer.json"
	sumsName      = checkpoint.SumsName
)

// maxPosition bounds position.json, in bytes: the document and a little.
const maxPosition = 2 * experiment.MaxDocument

// readPosition reads that of a folder.
func readPosition(dir string) (p Position, err error) {
	data, err := input.Small(filepath.Join(dir, positionName), maxPosition)
	if err != nil {
		return p, err
	}
	if p, err = parsePosition(data); err != nil {
		err = fmt.Errorf("%s is not the position of a run: %w", positionName, err)
	}
	return p, err
}

// parsePosition reads a position that a run of its document can be at. The document may be of an older version.
func parsePosition(data []byte) (Position, error) {
	var p struct {
		Position
		Experiment json.RawMessage `json:"experiment"`
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return p.Position, err
	}
	doc, err := experiment.Parse(p.Experiment)
	if err != nil {
		return p.Position, err
	}
	p.Position.Experiment = doc.Experiment()
	return p.Position, p.check()
}

// encode is the position as its file holds it.
func (p Position) encode() ([]byte, error) {
	data, err := json.MarshalIndent(p, "", "  ")
	return append(data, '\n'), err
}

// check errs where a run of the document is never there: what is allowed is said.
func (p Position) check() error {
	if _, err := p.Experiment.Validate(); err != nil {
		return err
	}
	e := p.Experiment
	if len(e.Arms) != 1 {
		return fmt.Errorf("the experiment has %d arms; a run of one has checkpoints", len(e.Arms))
	}
	if end := e.End(0); p.Step < 0 || p.Step > end {
		return fmt.Errorf("step is %d; allowed are 0 to %d", p.Step, end)
	}
	least, most, stages := 0, 0, stages(e)
	for _, w := range stages {
		if w.Step < p.Step {
			least++
		}
		if w.Step <= p.Step {
			most++
		}
	}
	if p.Widenings < least || p.Widenings > most {
		return fmt.Errorf("widenings is %d; at step %d allowed are %d to %d", p.Widenings, p.Step, least, most)
	}
	if len(p.Places) != p.Widenings {
		return fmt.Errorf("places has %d entries after %d widenings", len(p.Places), p.Widenings)
	}
	for k, place := range p.Places {
		last := 0
		if stages[k].Dynamics.Kind == optim.Remapped {
			last = e.Steps
		}
		if place < 0 || place > last {
			return fmt.Errorf("places[%d] is %d; allowed are 0 to %d", k, place, last)
		}
	}
	for k, x := range []float64{p.FLOPs, p.LossSum, p.LossWeight} {
		if !model.Finite(x) || x < 0 {
			return fmt.Errorf("%s is %g; allowed are numbers of at least 0",
				[]string{"flops", "loss_sum", "loss_weight"}[k], x)
		}
	}
	return nil
}

// stages are the widenings that a run goes through.
func stages(e experiment.Experiment) []experiment.Widening {
	if e.Arms[0].Widens() {
		return e.Arms[0].Widen
	}
	return nil
}
