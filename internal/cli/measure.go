package cli

import (
	"fmt"
	"math"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// bounds are between what a result lies: what the best guess gets that never looks at the question, and what nobody can
// get below.
type bounds struct {
	ChanceLoss  number       `json:"chance_val_loss"`
	ChanceRight task.Measure `json:"chance_measure"`
	Floor       *number      `json:"floor_train_loss"` // null where nobody can tell
}

// boundsOf are those of an experiment; nil where its text is not here, so that nobody can tell.
func boundsOf(e experiment.Experiment) *bounds {
	t, err := task.New(e.Task)
	if err != nil {
		return nil
	}
	loss, right, of := t.Full(e.Task.Seq).Chance()
	b := &bounds{
		ChanceLoss:  number(loss),
		ChanceRight: task.Measure{Name: e.Task.Words().Measure, Value: right, Of: of},
	}
	if floor := t.Floor(e.Task.Seq); !math.IsNaN(floor) {
		n := number(floor)
		b.Floor = &n
	}
	return b
}

// says is what a reader of the table should hold the counts against.
func (b bounds) says() string {
	return fmt.Sprintf("The best guess that never looks at the question: loss %.4f, %s.", float64(b.ChanceLoss),
		b.ChanceRight)
}

// secondLoss is the head, of two lines, of the table's second column of losses, and what stands in it. Where the loss
// at the end is no other than that on the way, it counts instead.
func secondLoss(t task.Spec) (head [2]string, of func(result) string) {
	if !t.LiveIsFull() {
		return [2]string{"full val", "loss"}, func(r result) string { return cell(r.FullValLoss, "%.4f") }
	}
	counted, what, _ := strings.Cut(t.Words().Measure, " ")
	return [2]string{counted, what}, func(r result) string {
		if r.Measure == nil {
			return "-"
		}
		return fmt.Sprintf("%d/%d", r.Measure.Value, r.Measure.Of)
	}
}
