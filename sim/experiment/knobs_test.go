package experiment

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
)

// flat is a document as values by their paths, without the numbers of arms and widenings.
func flat(t *testing.T, e Experiment) map[string][]string {
	var doc any
	require.NoError(t, json.Unmarshal(e.JSON(), &doc))
	out := map[string][]string{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, x := range v {
				walk(path+"."+k, x)
			}
		case []any:
			for _, x := range v {
				walk(path, x)
			}
		default:
			out[path] = append(out[path], fmt.Sprint(v))
		}
	}
	walk("", doc)
	return out
}

// changed are the paths at which two documents differ.
func changed(t *testing.T, a, b Experiment) []string {
	x, y := flat(t, a), flat(t, b)
	var out []string
	for path := range x {
		if !slices.Equal(x[path], y[path]) {
			out = append(out, path)
		}
	}
	for path := range y {
		if _, ok := x[path]; !ok {
			out = append(out, path)
		}
	}
	slices.Sort(out)
	return out
}

// Changing one thing never silently changes another.
func TestAKnobChangesWhatItSaysAndNothingElse(t *testing.T) {
	numbers := map[string]string{
		"seed": "17", "steps": "900", "widen-at": "333", "stages": "2", "rho": "1.75", "tau": "25", "hidden": "48",
		"inner": "20", "layers": "3", "experts": "8", "top-k": "3",
		"lr": "0.005", "beta2": "0.95", "weight-decay": "1", "factor": "1.25",
	}
	fields := map[string]string{
		"seed": ".seed", "widen-at": ".arms.widen.step", "axis": ".arms.widen.axis", "factor": ".arms.widen.factor",
		"init":         ".arms.widen.init",
		"norm-weights": ".arms.widen.norm_weights", "rho": ".arms.widen.rewarm.rho", "tau": ".arms.widen.rewarm.steps",
		"hidden": ".model.hidden", "inner": ".model.inner",
		"layers": ".model.layers", "experts": ".model.experts", "top-k": ".model.top_k", "optimizer": ".optimizer.kind",
		"lr": ".optimizer.lr", "beta2": ".optimizer.beta2",
		"weight-decay": ".optimizer.weight_decay",
		"from":         ".arms.from", "scale": ".arms.widen.scale", "optimizer-states": ".arms.widen.optimizer_states",
		"rewarm": ".arms.widen.rewarm.scope", "dynamics": ".arms.widen.dynamics.kind",
	}
	seen := map[string]bool{}
	for _, k := range Knobs(Default()) {
		assert.False(t, seen[k.ID], "%s twice", k.ID)
		seen[k.ID] = true
		other := numbers[k.ID]
		for _, c := range k.Choices {
			if c.Value != k.Get(Default()) {
				other = c.Value
				break
			}
		}
		if k.Kind == KnobName {
			other = "Mine"
		}
		require.NotEmpty(t, other, k.ID)
		before, after := Default(), Default()
		if k.ID == "arm3.dynamics" {
			require.ErrorContains(t, after.Turn(k.ID, other), "allowed is none", "SPARKLING has a re-warmup")
			continue
		}
		require.NoError(t, after.Turn(k.ID, other), k.ID)
		assert.Equal(t, other, k.Get(after), k.ID)
		assert.NotEqual(t, before, after, k.ID)
		arm, name, detail := strings.Cut(k.ID, ".")
		if !detail {
			name = k.ID
		}
		for i := range before.Arms {
			if detail && arm != fmt.Sprintf("arm%d", i) {
				assert.Equal(t, before.Arms[i], after.Arms[i], "%s changed arm %d", k.ID, i)
			}
		}
		called := func(path string) bool {
			return path == ".name" || path == ".about" || path == ".arms.name" || path == ".arms.about"
		}
		paths := slices.DeleteFunc(changed(t, before, after), called)
		switch {
		case k.Kind == KnobName:
			assert.Empty(t, paths, k.ID)
		case k.Group == GroupArms:
			continue // a name for many things at once
		case k.ID == "stages":
			assert.Len(t, after.Arms[1].Widen, 2)
			assert.Equal(t, before.Arms[1].Widen[0], after.Arms[1].Widen[0])
			require.NoError(t, after.check())
		case k.ID == "steps":
			assert.Equal(t, []string{".arms.widen.step", ".steps"}, paths, "as its help says")
			assert.Equal(t, 450, after.Fork(), "half-time stays half-time")
		default:
			assert.Equal(t, []string{fields[name]}, paths, k.ID)
		}
		require.NoError(t, after.Turn(k.ID, k.Get(before)))
		assert.Equal(t, before, after, "%s and back", k.ID)
	}
}

func TestEveryTreatmentIsFoundAgainFromWhatItDoes(t *testing.T) {
	for _, from := range Treatments {
		for _, to := range Treatments {
			e := Default()
			require.NoError(t, e.Turn("arm2.treatment", from.ID))
			require.NoError(t, e.Turn("arm2.treatment", to.ID))
			require.NoError(t, e.check(), "%s after %s", to.ID, from.ID)
			got, ok := TreatmentOf(e.Arms[2])
			assert.True(t, ok)
			assert.Equal(t, to.ID, got.ID, "after %s", from.ID)
			assert.Equal(t, to.Name, unnumbered(e.Arms[2].Name))
			assert.False(t, e.taken(2, e.Arms[2].Name), "no two have one name")
		}
	}
}

func TestAKnobSaysWhatIsAllowed(t *testing.T) {
	for id, values := range map[string][]string{
		"seed": {"-1", "1.5", "", "one", "NaN", "Inf", "1e9", "1e99", "18446744073709551616", "+1", " 1", "1_0",
			"0x10", "１"},
		"steps": {"0", "19", "20001", "33.3", "1e3", "1,000", "99999999999999999999"},
		"rho":   {"0.5", "", "4", "1,5", "1.0.5", "1e999", "0x1p1", "Inf", "NaN"}, "axis": {"sideways", ""},
		"factor": {"17", "0", "1", "1.0001", "NaN"}, "widen-at": {"0", "1000"}, "stages": {"0", "9"},
		"arm1.optimizer-states": {"mine"}, "optimizer": {"sgd"}, "init": {"copy"}, "arm1.treatment": {"none"},
		"nothing": {"1"},
	} {
		allowed := "allowed"
		if id == "nothing" {
			allowed = id
		}
		for _, v := range values {
			e := Default()
			assert.ErrorContains(t, e.Turn(id, v), allowed, "%s = %q", id, v)
			assert.Equal(t, Default(), e, "%s = %q left the experiment alone", id, v)
		}
	}
}

func TestANumberIsReadAsItIsTypedOrRefused(t *testing.T) {
	e := Default()
	for _, seed := range []string{"0", "1000000000", "1099511627776", "18446744073709551615"} {
		require.NoError(t, e.Turn("seed", seed))
		assert.Equal(t, seed, fmt.Sprint(e.Seed))
		linked, err := FromLink(e.Link())
		require.NoError(t, err)
		assert.Equal(t, e.Seed, linked.e.Seed)
	}
	require.NoError(t, e.Turn("lr", "5e-3"))
	assert.Equal(t, 0.005, e.Optimizer.LR)
	assert.EqualError(t, e.Turn("lr", "0,005"), `Learning rate is "0,005"; allowed is a number from 0 to 10, with a `+
		`decimal point: 0.005`)
	assert.EqualError(t, e.Turn("steps", "1e3"), `Steps is "1e3"; allowed is a whole number from 20 to 20000, in `+
		`digits alone`)
	assert.EqualError(t, e.Turn("seed", "1e9"), `Seed is "1e9"; allowed is a whole number from 0 to `+
		`18446744073709551615, in digits alone`)
}

// What is read of a number is what its digits say, whatever else is typed.
func FuzzNumbersAreReadExactly(f *testing.F) {
	for _, s := range []string{"0", "7", "-4", "1e9", "0,005", "5e-3", "18446744073709551615", "1_000", "0x1p-2", "٣"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = s[:min(len(s), 300)]
		exact, ok := new(big.Rat), false
		if !strings.ContainsAny(s, "/_xXpPeE") {
			exact, ok = exact.SetString(s)
		}
		if n, err := ParseInt(s); err == nil {
			require.True(t, ok && exact.Cmp(new(big.Rat).SetInt64(int64(n))) == 0, "%q was read as %d", s, n)
		}
		if n, err := ParseSeed(s); err == nil {
			require.True(t, ok && exact.Cmp(new(big.Rat).SetInt(new(big.Int).SetUint64(n))) == 0,
				"%q was read as %d", s, n)
		}
		if x, err := ParseReal(s); err == nil {
			require.False(t, math.IsNaN(x) || math.IsInf(x, 0), "%q was read as %v", s, x)
			near, _ := exact.Float64()
			require.True(t, !ok || near == x, "%q was read as %v", s, x)
		}
	})
}

func TestALinkCarriesTheWholeExperiment(t *testing.T) {
	e := Default()
	e.Seed, e.Arms[2].Widen[0].Rewarm.Rho = 99, 1.7
	got, err := FromLink(e.Link())
	require.NoError(t, err)
	assert.Equal(t, e, got.e)
	assert.Less(t, len(e.Link()), 1500, "short enough for a mail")
}

func TestALinkThatAsksForTooMuchIsRefused(t *testing.T) {
	e := Default()
	e.Model.Hidden, e.Model.Inner = 4096, 16384
	require.NoError(t, e.check(), "a file may")
	_, err := FromLink(e.Link())
	assert.ErrorContains(t, err, "MB")
	e = Default()
	e.Task.Batch, e.Task.Seq = 4096, 4096
	_, err = FromLink(e.Link())
	assert.ErrorContains(t, err, "MB")
}

func TestMistakesInADocumentAreNamed(t *testing.T) {
	for want, spoil := range map[string]func(*Experiment){
		"version is 7":            func(e *Experiment) { e.Version = 7 },
		"steps is 0":              func(e *Experiment) { e.Steps = 0 },
		"task.text is \"hamlet\"": func(e *Experiment) { e.Task.Text = "hamlet" },
		"task.seq is 1":           func(e *Experiment) { e.Task.Seq = 1 },
		"arms has 0 entries":      func(e *Experiment) { e.Arms = nil },
		"widen[0].step is 1000":   func(e *Experiment) { e.Arms[1].Widen[0].Step = 1000 },
		"arms[1] (\"Copy\")":      func(e *Experiment) { e.Arms[1].Widen[0].Factor = 0.5 },
		"model.experts":           func(e *Experiment) { e.Model.Experts = 1 },
		"optimizer.beta2":         func(e *Experiment) { e.Optimizer.Beta2 = 1 },
		"rewarm.fraction is 2":    func(e *Experiment) { e.Arms[3].Widen[0].Rewarm.Fraction = 2 },
		"one of them says":        func(e *Experiment) { e.Arms[3].Widen[0].Rewarm.Fraction = 0.1 },
		"dynamics.kind is":        func(e *Experiment) { e.Arms[1].Widen[0].Dynamics.Kind = "wild" },
		"dynamics.fraction is 0":  func(e *Experiment) { e.Arms[1].Widen[0].Dynamics.Kind = optim.FasterDecay },
		"allowed is none":         func(e *Experiment) { e.Arms[3].Widen[0].Dynamics.Kind = optim.Remapped },
		"never get a rate": func(e *Experiment) {
			e.Arms[1].Widen[0].Init, e.Arms[1].Widen[0].Dynamics.Kind = widen.RandomZero, optim.NormAdapted
		},
		"from is \"afar\"":      func(e *Experiment) { e.Arms[1].From = "afar" },
		"no widening that says": func(e *Experiment) { e.Arms[0].From = Scratch },
		"cannot be":             func(e *Experiment) { e.Model.Inner = 1 << 16 },
	} {
		e := Default()
		spoil(&e)
		assert.ErrorContains(t, e.check(), want)
	}
}
