package slowmotion

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/look"
	"github.com/sparkling-lab/sparkling/sim/train"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// The runs of these tests are widened before update 7 of 10.
const (
	steps = 10
	fork  = 6
)

// looking trains an arm that follows a treatment and gives the update of a pair before each of its steps.
func looking(t *testing.T, e experiment.Experiment, see func(step int, u *look.Update)) {
	t.Helper()
	asking(t, e, func(int) []look.Question { return []look.Question{look.OneUpdate(0, 1, 3, look.Twin)} },
		func(step int, all []*look.Update) { see(step, all[0]) })
}

// lookingAt gives the updates of n neurons of one expert, from the widening on.
func lookingAt(t *testing.T, e experiment.Experiment, n int, see func(step int, all []*look.Update)) {
	t.Helper()
	asking(t, e, func(step int) (all []look.Question) {
		for i := range n {
			if step >= fork {
				all = append(all, look.OneUpdate(0, 1, i, look.None))
			}
		}
		return all
	}, see)
}

// asking trains the first arm of an experiment and asks questions before each of its steps.
func asking(t *testing.T, e experiment.Experiment, questions func(step int) []look.Question,
	see func(step int, all []*look.Update)) {
	t.Helper()
	tr := train.NewTrainer(cpu.Factory{})
	defer tr.Close()
	answers := func(out [][]byte) (all []*look.Update) {
		for _, data := range out {
			m, err := train.DecodeMessage(data)
			require.NoError(t, err)
			require.NotEqual(t, train.KindFailed, m.Kind, m.Text)
			if m.Kind == train.KindLooked {
				require.Empty(t, m.Answer.Declined)
				all = append(all, m.Answer.Update)
			}
		}
		return all
	}
	answers(tr.Handle(train.Message{Kind: train.KindStart, Document: e.JSON()}.Encode()))
	for step := range e.Steps {
		var all []*look.Update
		for i, q := range questions(step) {
			all = append(all, answers(tr.Handle(train.Message{Kind: train.KindLook, Ask: i + 1,
				Question: q}.Encode()))...)
		}
		see(step, all)
		tr.Handle(train.Message{Kind: train.KindRun, Step: step + 1}.Encode())
		for more := true; more; {
			var out [][]byte
			out, more = tr.Work(0)
			answers(out)
		}
	}
}

func following(treatment string, kind optim.Kind, decay float64) experiment.Experiment {
	e := trial.Of(model.Inner, steps, fork, treatment)
	e.Optimizer.Kind, e.Optimizer.WeightDecay = kind, decay
	return e
}

// computed is what a formula comes to whose every operation is rounded to float32: sums of products and quotients, from
// left to right, with roots and negative numbers in brackets. fused says that its one product and its one sum are
// rounded once, together.
func computed(t *testing.T, formula string, fused bool) float32 {
	t.Helper()
	number := func(s string) float32 {
		root := strings.HasPrefix(s, "√")
		x, err := strconv.ParseFloat(strings.Trim(s, "√()"), 32)
		require.NoError(t, err, formula)
		if root {
			return float32(math.Sqrt(x))
		}
		return float32(x)
	}
	term := func(s string) float32 {
		words := strings.Fields(s)
		x := number(words[0])
		for i := 1; i < len(words); i += 2 {
			if y := number(words[i+1]); words[i] == "×" {
				x = float32(x * y)
			} else {
				require.Equal(t, "/", words[i], formula)
				x = float32(x / y)
			}
		}
		return x
	}
	terms := strings.Split(formula, " + ")
	if fused {
		require.Len(t, terms, 2, formula)
		exact := func(s string) *big.Float {
			x := new(big.Float).SetPrec(500).SetInt64(1)
			for _, f := range strings.Split(s, " × ") {
				x.Mul(x, new(big.Float).SetFloat64(float64(number(f))))
			}
			return x
		}
		sum, _ := exact(terms[0]).Add(exact(terms[0]), exact(terms[1])).Float32()
		return sum
	}
	sum := term(terms[0])
	for _, s := range terms[1:] {
		sum = float32(sum + term(s))
	}
	return sum
}

// What a reader computes from the numbers on the screen, in float32, is what stands below them; and the last line is
// the network's next weight, bit for bit.
func TestEveryLineKeepsToTheNumbersThatItShows(t *testing.T) {
	lines := map[string]int{}
	for _, kind := range optim.Kinds {
		for _, c := range []struct {
			treatment string
			decay     float64
		}{{"copy", 0.1}, {"asymmetric", 0}, {"drop", 0.1}, {"sparkling", 0.1}} {
			looking(t, following(c.treatment, kind, c.decay), func(step int, u *look.Update) {
				for row := range look.Parts {
					for channel := range u.Token.In {
						what := fmt.Sprintf("%s, %s, update %d, %s weight of channel %d", kind, c.treatment, step+1,
							u.Sides[0].Rows[row].Tensor, channel+1)
						told := Tell(u, Weight{row, channel}, All)
						require.True(t, told.Exact, what)
						require.Len(t, told.Stages, Stages)
						for k, stage := range told.Stages {
							for _, l := range stage.Lines {
								lines[string(kind)+" "+l.Name] += again(t, u, k, l, what)
							}
						}
						last := told.Stages[Update].Lines[3]
						for i, x := range last.Values {
							require.True(t, look.Same(u.Sides[i].Rows[row].After[channel], x), what)
						}
					}
				}
			})
		}
	}
	for _, name := range []string{"adamw h", "adamw adds", "adamw ∂h", "adamw part", "adamw m′", "adamw a", "adamw v′",
		"adamw b", "adamw root", "adamw s", "adamw u", "adamw move", "adamw w′", "muon m′", "muon n", "muon s",
		"muon u", "muon w′"} {
		assert.NotZero(t, lines[name], "%s was computed again", name)
	}
}

// again computes a line again from what it shows, and returns how often: where there is a formula without an
// exponential, to the bit, unless it shows one product of many.
func again(t *testing.T, u *look.Update, stage int, l Line, what string) (n int) {
	t.Helper()
	for i, formula := range l.Filled {
		switch {
		case strings.Contains(formula, "…"):
			want, size := summed(u, &u.Sides[i], l.Name)
			require.InDelta(t, want, l.Values[i], 1e-5*size, "%s: %s", what, l.Name)
		case strings.Contains(formula, "e^"):
			g := float64(u.Sides[i].Gate)
			require.InEpsilon(t, g/(1+math.Exp(-g)), l.Values[i], 1e-6, what)
		default:
			r := u.Rule.Rounding
			fused := l.Name == "u" && r.FusedDecay ||
				u.Rule.Muon && stage == First && l.Rule != "" && r.FusedMomentum
			require.True(t, look.Same(l.Values[i], computed(t, formula, fused)), "%s: %s = %s = %s", what, l.Name,
				l.Rule, formula)
		}
		n++
	}
	return n
}

// summed is a sum of products of which a line shows one, and the sum of their sizes: what rounding errors are measured
// by.
func summed(u *look.Update, s *look.Side, name string) (sum, size float64) {
	row, by := &s.Rows[gate], u.Token.In
	switch name {
	case "up":
		row = &s.Rows[up]
	case "∂h":
		row, by = &s.Rows[down], u.Token.DOut
	}
	for i, w := range row.Before {
		x := float64(w) * float64(by[i])
		sum, size = sum+x, size+math.Abs(x)
	}
	return sum, size
}

// The numbers that the engine has of the token are those that the lines come to.
func TestLinesOfATokenAgreeWithTheEngine(t *testing.T) {
	looking(t, following("sparkling", optim.AdamW, 0.1), func(_ int, u *look.Update) {
		for row := range look.Parts {
			tl := teller{u: u, w: Weight{row, 5}}
			for i := range u.Sides {
				s := &u.Sides[i]
				near := func(want, got float32) {
					t.Helper()
					assert.InDelta(t, want, got, 1e-5*math.Max(1e-3, math.Abs(float64(want))))
				}
				near(s.Hidden, tl.hidden(i))
				near(s.DGate, tl.dgate(i))
				near(s.DUp, tl.dup(i))
			}
		}
	})
}

func TestTheVerdictIsThatOfTheFirstUpdateAfterTheWidening(t *testing.T) {
	const parted = "The halves parted before"
	for _, c := range []struct {
		treatment string
		kind      optim.Kind
		first     string
		then      string
	}{
		{"copy", optim.AdamW, "Equal gradient + equal state = equal update", ""},
		{"drop", optim.AdamW, "Equal gradient + [0, 0] = equal update", "Equal gradient + equal state = equal update"},
		{"asymmetric", optim.AdamW, "Equal gradient + [S, 0] = different update", parted},
		{"sparkling", optim.AdamW, "Equal gradient + [S, 0] = different update", parted},
		{"copy", optim.Muon, "Equal gradient + equal momentum = equal update", ""},
		{"asymmetric", optim.Muon, "Equal gradient + [S, 0] = different update", parted},
	} {
		if c.then == "" {
			c.then = c.first
		}
		looking(t, following(c.treatment, c.kind, 0.1), func(step int, u *look.Update) {
			want := map[bool]string{true: c.first, false: c.then}[step == fork]
			if step < fork {
				want = "One neuron alone"
			}
			told := Tell(u, Moves(u), Few)
			assert.Equal(t, want, told.Short, "%s, %s, update %d", c.treatment, c.kind, step+1)
			if step == fork {
				assert.Equal(t, Same, told.Stages[Backward].Alike, "equal halves get equal gradients")
				assert.Equal(t, strings.HasSuffix(c.first, "equal update"), told.Stages[Update].Alike == Same)
			}
		})
	}
}

func TestNumbersAreShortOrWhole(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(-1))
	for x, want := range map[float32][2]string{
		0.1: {"0.1", "0.1"}, -1.2345678: {"−1.235", "-1.2345678"}, 3.18412e-5: {"3.184×10⁻⁵", "3.18412e-05"},
		-2e-12: {"−2×10⁻¹²", "-2e-12"}, 0: {"0", "0"}, 1.5e7: {"1.5×10⁷", "1.5e+07"}, inf: {"infinite", "-Inf"},
	} {
		assert.Equal(t, want, [2]string{Few.Number(x), All.Number(x)})
	}
	assert.Equal(t, "no number", Few.Number(nan))
}

// Muon's direction takes a whole matrix, so no line comes to it. What all neurons of an expert show of theirs does:
// five steps of the quintic iteration, here in float64 (Jordan et al. 2024).
func TestMuonsDirectionIsThatOfTheMomentaOfAllNeurons(t *testing.T) {
	const tolerance = 2e-5 // of the longest row of a direction, which has about the length 1
	e := following("asymmetric", optim.Muon, 0.1)
	inner := e.Model.Inner
	for _, row := range []int{gate, down} {
		seen := 0
		lookingAt(t, e, 2*inner, func(step int, all []*look.Update) {
			if step < fork {
				return
			}
			var momenta, directions [][]float64
			for _, u := range all {
				r := &u.Sides[0].Rows[row]
				n, o := make([]float64, len(r.Before)), make([]float64, len(r.Before))
				for i := range n {
					tr := u.Rule.Trace(r, i)
					n[i], o[i] = float64(tr.Nesterov), float64(tr.Direction)
				}
				momenta, directions = append(momenta, n), append(directions, o)
			}
			for i, want := range orthogonal(momenta) {
				assert.InDeltaSlice(t, want, directions[i], tolerance, "update %d, neuron %d", step+1, i+1)
			}
			seen++
		})
		assert.Equal(t, steps-fork, seen)
	}
}

// orthogonal is the polynomial of X that Muon takes for its nearest orthogonal matrix.
func orthogonal(x [][]float64) [][]float64 {
	norm := 0.0
	for _, row := range x {
		for _, v := range row {
			norm += v * v
		}
	}
	norm = math.Sqrt(norm) + 1e-7
	for i := range x {
		for j := range x[i] {
			x[i][j] /= norm
		}
	}
	times := func(a [][]float64, b func(k, j int) float64, depth, cols int) [][]float64 {
		out := make([][]float64, len(a))
		for i := range out {
			out[i] = make([]float64, cols)
			for j := range cols {
				for k := range depth {
					out[i][j] += a[i][k] * b(k, j)
				}
			}
		}
		return out
	}
	n, long := len(x), len(x[0])
	for range 5 {
		a := times(x, func(k, j int) float64 { return x[j][k] }, long, n)
		aa := times(a, func(k, j int) float64 { return a[k][j] }, n, n)
		for i := range a {
			for j := range a[i] {
				a[i][j] = -4.7750*a[i][j] + 2.0315*aa[i][j]
			}
		}
		ax := times(a, func(k, j int) float64 { return x[k][j] }, n, long)
		for i := range x {
			for j := range x[i] {
				ax[i][j] += 3.4445 * x[i][j]
			}
		}
		x = ax
	}
	return x
}
