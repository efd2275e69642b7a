package seeds

import (
	"fmt"
	"math"
	"strings"

	"github.com/sparkling-lab/sparkling/internal/plain"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// Row is what is known of an arm over seeds, as it is printed, written beside the pictures, and read aloud.
type Row struct {
	Arm   int    `json:"arm"` // of the experiment
	Name  string `json:"name"`
	Mean  string `json:"mean"`  // over seeds; empty where there is none
	Range string `json:"range"` // of the mean, with [Confidence]; empty where fewer than two seeds are known
	Diff  string `json:"diff"`  // the mean of the paired differences to the baseline
	// of that, with [Confidence]
	DiffRange string `json:"diffRange"`
	Better    string `json:"better"` // in how many seeds the arm ends better than the baseline: "7 of 8"
	Lost      string `json:"lost"`   // in which seeds it has no number, a sentence; empty where there is none such
}

// Measured is what the numbers of the rows are of: what is known where that is counted, and else the loss.
func (s *Summary) Measured() string {
	if s.Counted() {
		return strings.ToUpper(s.measure()[:1]) + s.measure()[1:]
	}
	return "Final validation loss, nats"
}

func (s *Summary) measure() string { return s.Experiment.Task.Words().Measure }

// figure is the mean that Measured names, its paired difference, and in how many seeds that is for the better.
func (a Arm) figure(counted bool) (of, diff Mean, better int) {
	if counted {
		return a.Known, a.KnownDiff, a.More
	}
	return a.Loss, a.LossDiff, a.Lower
}

// Figure is the mean over seeds that Measured names, and its paired difference to the baseline.
func (s *Summary) Figure(arm int) (of, diff Mean) {
	of, diff, _ = s.Arms[arm].figure(s.Counted())
	return of, diff
}

// FigureOf is the number of an arm in one run that Measured names, and its difference to the baseline's; NaN where
// there is none.
func (s *Summary) FigureOf(run, arm int) (of, diff float64) {
	if s.Counted() {
		return s.Runs[run].Arms[arm].Known(), s.KnownDiff(run, arm)
	}
	return s.Runs[run].Arms[arm].Loss, s.LossDiff(run, arm)
}

// Rows are those of all arms.
func (s *Summary) Rows() []Row {
	out := make([]Row, len(s.Arms))
	for i := range s.Arms {
		out[i] = s.row(i, s.Counted())
	}
	return out
}

// LossRows are those of all arms, of their losses whatever else is counted.
func (s *Summary) LossRows() []Row {
	out := make([]Row, len(s.Arms))
	for i := range s.Arms {
		out[i] = s.row(i, false)
	}
	return out
}

func (s *Summary) row(arm int, counted bool) Row {
	a := s.Arms[arm]
	of, diff, better := a.figure(counted)
	r := Row{Arm: arm, Name: a.Name, Mean: exact(of.Mean, counted), Range: between(of, "%.1f", "%.4f", counted),
		Diff: Signed(diff.Mean, counted), DiffRange: between(diff, "%+.1f", "%+.4f", counted), Lost: lost(a)}
	if diff.N > 0 {
		r.Better = fmt.Sprintf("%d of %d", better, diff.N)
	}
	return r
}

// exact is a number as tables have it, empty where there is none.
func exact(x float64, counted bool) string {
	switch {
	case !record.Finite(x):
		return ""
	case counted:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.4f", x)
}

// Signed is a difference as tables have it, empty where there is none.
func Signed(x float64, counted bool) string {
	format := "%+.4f"
	if counted {
		format = "%+.1f"
	}
	if !record.Finite(x) {
		return ""
	}
	return fmt.Sprintf(format, x)
}

func between(m Mean, of, loss string, counted bool) string {
	if !record.Finite(m.Low) || !record.Finite(m.High) {
		return ""
	}
	if counted {
		loss = of
	}
	return fmt.Sprintf(loss+" to "+loss, m.Low, m.High)
}

// Cell is the number of an arm in one run as a table has it: what it came to, or why there is none.
func (s *Summary) Cell(run, arm int) string {
	end := s.Runs[run].Arms[arm]
	x, _ := s.FigureOf(run, arm)
	switch {
	case end.Lost != "":
		return strings.SplitN(end.Lost, " ", 2)[0]
	case !record.Finite(x):
		return ""
	case s.Counted():
		return record.Thousands(int(x))
	}
	return fmt.Sprintf("%.4f", x)
}

// lost says in which seeds an arm has no number.
func lost(a Arm) string {
	if len(a.Lost) == 0 {
		return ""
	}
	seeds := make([]string, len(a.Lost))
	for k, seed := range a.Lost {
		seeds[k] = fmt.Sprint(seed)
	}
	which := "seed " + seeds[0]
	if n := len(seeds) - 1; n > 0 {
		which = "seeds " + strings.Join(seeds[:n], ", ") + " and " + seeds[n]
	}
	return fmt.Sprintf("%s diverged or stopped in %s, which no mean of it has in it.", plain.Line(a.Name), which)
}

// Say tells what is known of an arm in one or two sentences; empty where nothing is.
func (s *Summary) Say(arm int) string {
	a := s.Arms[arm]
	says := lost(a)
	_, diff, better := a.figure(s.Counted())
	if diff.N == 0 {
		return says
	}
	than, base := "lower", plain.Line(s.Arms[s.Base].Name)
	if s.Counted() {
		than = "more"
	}
	words := fmt.Sprintf("%s minus %s: %s in the mean of %s", plain.Line(a.Name), base, Signed(diff.Mean, s.Counted()),
		Count(diff.N))
	switch {
	case diff.N < Least:
		words += ", and one seed says nothing of chance."
	case diff.Low > 0 || diff.High < 0:
		words += fmt.Sprintf(", %s in %d; with %.0f %% confidence it is %s, which leaves 0 out.", than, better,
			100*Confidence, between(diff, "%+.1f", "%+.4f", s.Counted()))
	default:
		words += fmt.Sprintf(", %s in %d; with %.0f %% confidence it is %s: it may be 0.", than, better,
			100*Confidence, between(diff, "%+.1f", "%+.4f", s.Counted()))
	}
	return strings.TrimSpace(words + " " + says)
}

// Count is a number of seeds in words.
func Count(n int) string {
	if n == 1 {
		return "1 seed"
	}
	return fmt.Sprintf("%d seeds", n)
}

// Sentences tell how far the runs have come, and then, one after the other, what is known of every arm.
func (s *Summary) Sentences() []string {
	says := []string{fmt.Sprintf("%d of %s run to the end.", s.Ended, Count(len(s.Runs)))}
	for i := range s.Arms {
		if words := s.Say(i); words != "" {
			says = append(says, words)
		}
	}
	return says
}

// Describe is all sentences together.
func (s *Summary) Describe() string { return strings.Join(s.Sentences(), " ") }

// Progress is the share of all updates that is done, as far as one run is about as long as another.
func (s *Summary) Progress() float64 {
	sum := 0.0
	for _, r := range s.Runs {
		if r.Ended {
			sum++
		} else {
			sum += math.Max(float64(r.Step), 0) / float64(s.Experiment.Steps)
		}
	}
	return sum / float64(max(len(s.Runs), 1))
}
