package cli

import (
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/internal/plain"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// answersName is the file with a row for every question and arm, where the task asks for all there is to know.
const answersName = "answers.csv"

// answersColumns are those of that file. The step is that of the arm's last count; sure is the probability of the right
// answer, known in 255ths; expert is the one with the larger weight in the last layer, from 0; validation is 1 for a
// question that the validation loss is of, 0 for one that is trained on where others are held out.
var answersColumns = []string{
	"experiment", "seed", "version", "arm", "name", "step", "question", "answer", "sure", "right", "expert",
	"validation",
}

// answers is the file of what every arm that has begun answered in its last count; none where a record has no answers.
func answers(r *record.Record) []durable.Output {
	var counts []record.ArmFrame
	for i := range r.Tracks {
		if f, ok := r.AnswersAt(i, r.Experiment.Steps); ok && f.Arm == i {
			counts = append(counts, f)
		}
	}
	if len(counts) == 0 {
		return nil
	}
	return []durable.Output{{Name: answersName, Write: func(w io.Writer) error { return writeAnswers(w, r, counts) }}}
}

func writeAnswers(w io.Writer, r *record.Record, counts []record.ArmFrame) error {
	e := r.Experiment
	learnt, err := task.New(e.Task)
	if err != nil {
		return err
	}
	out, set, split := csv.NewWriter(w), learnt.Questions(), e.Task.Split()
	if err := out.Write(answersColumns); err != nil {
		return err
	}
	ids, labels := make([]int32, set.Seq), make([]int32, set.Seq)
	for _, f := range counts {
		for row, a := range f.Answers {
			set.Fill(row, ids, labels)
			at := slices.IndexFunc(labels, func(y int32) bool { return y != task.Ignored })
			right, validation := "0", "0"
			if a.Right {
				right = "1"
			}
			if split == nil || split[row] {
				validation = "1"
			}
			if err := out.Write([]string{
				plain.Cell(e.Name), strconv.FormatUint(e.Seed, 10), strconv.Itoa(e.Version), strconv.Itoa(f.Arm),
				plain.Cell(e.Arms[f.Arm].Name), strconv.Itoa(f.Step), strings.ReplaceAll(e.Task.Question(row), " ", ""),
				learnt.Symbol(labels[at]), strconv.FormatFloat(float64(a.Sure)/255, 'f', 3, 64), right,
				strconv.Itoa(int(a.Expert)), validation,
			}); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}
