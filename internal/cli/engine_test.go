package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cuda"
	"github.com/sparkling-lab/sparkling/model/learner/learnertest"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/plan"
)

// card80 is a GPU that gives the CPU's bits, and fails on demand.
type card80 struct {
	learnertest.Device
	free   int64
	failed error
}

func (c *card80) Name() string                  { return "Card 80" }
func (c *card80) Memory() (int64, int64, error) { return c.free, 80e9, c.failed }
func (c *card80) Err() error                    { return c.failed }
func (c *card80) Close() error                  { return c.failed }

// inserted puts a GPU into this machine, or says why none opens.
func inserted(t *testing.T, c *card80, err error) {
	t.Helper()
	was := openGPU
	openGPU = func(cuda.Precision) (gpu, error) {
		if err != nil {
			return nil, err
		}
		return c, nil
	}
	t.Cleanup(func() { openGPU = was })
}

// large is an experiment whose batches are worth a GPU.
func large() experiment.Experiment {
	e := experiment.Default()
	e.Arms = e.Arms[3:4]
	e.Model.Hidden, e.Model.Inner, e.Model.Layers, e.Task.Batch = 512, 512, 4, 64
	return e
}

func TestAutoSaysInOneLineWhatItChoseAndWhy(t *testing.T) {
	for name, c := range map[string]struct {
		exp   experiment.Experiment
		card  *card80
		fails error
		gpu   bool
		says  string
	}{
		"a small network": {exp: experiment.Default(), card: &card80{free: 80e9},
			says: "The processors compute: a batch has "},
		"no driver": {exp: large(), fails: errors.New("there is no CUDA driver on this machine"),
			says: "The processors compute: there is no CUDA driver on this machine.\n"},
		"too little memory": {exp: large(), card: &card80{free: 1e6},
			says: "The processors compute: Card 80 has too little memory: the run needs "},
		"a network that no GPU trains": {exp: declined(), card: &card80{free: 80e9},
			says: `The processors compute: a GPU does not train this network: model.qk_norm is`},
		"all is well": {exp: large(), card: &card80{free: 80e9}, gpu: true, says: "The GPU computes: late: "},
	} {
		t.Run(name, func(t *testing.T) {
			inserted(t, c.card, c.fails)
			var said strings.Builder
			by, err := engineFlags{Engine: "auto", Precision: "bf16"}.choose(c.exp,
				[]plan.Run{plan.RunOf(c.exp, 0, 1)}, "doc.json", &said)
			require.NoError(t, err)
			assert.Equal(t, c.gpu, by.gpu != nil)
			assert.True(t, strings.HasPrefix(said.String(), c.says), said.String())
			assert.Equal(t, 1, strings.Count(said.String(), "\n"))
		})
	}
}

func declined() experiment.Experiment {
	e := large()
	e.Model.QKNorm = model.ByProjection
	return e
}

func TestAGPUThatIsAskedForAndCannotBeIsOneSentence(t *testing.T) {
	for name, c := range map[string]struct {
		exp   experiment.Experiment
		card  *card80
		fails error
		says  string
	}{
		"no driver": {exp: large(), fails: errors.New("there is no CUDA driver on this machine"),
			says: "--engine cuda: there is no CUDA driver on this machine"},
		"too little memory, and what to do": {exp: large(), card: &card80{free: 1e9},
			says: `it fits with "recompute": true`},
		"too little memory, and how it is counted": {exp: large(), card: &card80{free: 1e9},
			says: "sparkling plan 'a doc.json' --memory --card "},
		"it fails before it is asked anything": {exp: large(), card: &card80{failed: errors.New("it has failed")},
			says: "--engine cuda: it has failed"},
		"declined by name": {exp: declined(), card: &card80{free: 80e9}, says: "model.qk_norm is"},
	} {
		t.Run(name, func(t *testing.T) {
			inserted(t, c.card, c.fails)
			var said strings.Builder
			_, err := engineFlags{Engine: "cuda", Precision: "bf16"}.choose(c.exp,
				[]plan.Run{plan.RunOf(c.exp, 0, 1)}, "a doc.json", &said)
			assert.ErrorContains(t, err, c.says)
			assert.NotContains(t, err.Error(), "\n")
			assert.Empty(t, said.String())
		})
	}
	for _, args := range [][]string{{"--engine", "gpu"}, {"--precision", "fp8"}} {
		code, _, err := run(append([]string{"run", file(t, nil)}, args...)...)
		assert.Equal(t, codeBad, code)
		assert.Regexp(t, `allowed are (auto, cpu and cuda|bf16 and float32)\n$`, err)
	}
}

// Arms train at once: what is advised holds for whichever of them stay, and that much really fits.
func TestArmsThatAreTooManyForAGPUAreToldWhatFits(t *testing.T) {
	e := large()
	e.Arms = experiment.Default().Arms
	var runs, again []plan.Run
	for i := range e.Arms {
		r := plan.RunOf(e, i, 1)
		runs = append(runs, r)
		r.Recompute = true
		again = append(again, r)
	}
	here := engine{gpu: &card80{}, precision: cuda.BF16}
	widened := needed(here, again[1:2]) // no arm takes more
	for says, free := range map[string]float64{
		`; it fits with "recompute": true`:                                  needed(here, again),
		`; it fits with "recompute": true and no more than 2 of its 4 arms`: 2 * widened,
		" stay so": 0.5 * widened,
	} {
		inserted(t, &card80{free: int64(1 + free/(1-spareGPU))}, nil)
		_, err := engineFlags{Engine: "cuda", Precision: "bf16"}.choose(e, runs, "", io.Discard)
		require.Error(t, err)
		assert.True(t, strings.HasSuffix(err.Error(), says), err.Error())
	}
}

// commands are those that a message names.
func commands(said string) (all []string) {
	for line := range strings.Lines(said) {
		if words, ok := strings.CutPrefix(line, "    sparkling "); ok {
			all = append(all, strings.TrimSpace(words))
		}
	}
	return all
}

// A run whose GPU fails, in an update or while it is widened, keeps its last checkpoint, says so, and prints commands
// that go on from there: with either it ends as a run that nothing disturbed, and what other engine made it is told.
func TestALongRunWhoseGPUFailsSaysHowItGoesOnAndDoes(t *testing.T) {
	document := pretraining(t, nil)
	_, want := longRun(t, document, "--engine", "cpu")
	for call, fails := range map[string]struct {
		name        string
		count, kept int
	}{
		"an update": {"Train", 25, 20}, "the widening": {"Widen", 0, 28},
	} {
		for _, way := range []int{0, 1} {
			t.Run(fmt.Sprint(call, ", way ", way), func(t *testing.T) {
				c := &card80{free: 80e9}
				c.Fail = func(x learnertest.Call) error {
					if x.Name == fails.name && x.Count == fails.count {
						return errors.New("the GPU failed at cuLaunchKernel: an illegal address (CUDA error 700)")
					}
					return nil
				}
				inserted(t, c, nil)
				dir := filepath.Join(t.TempDir(), "the out")
				code, _, said := run("train", document, "--out", dir, "--quiet", "--checkpoint-every", "4", "--engine",
					"cuda", "--precision=float32")
				assert.Equal(t, codeBad, code)
				assert.Contains(t, said, "an illegal address (CUDA error 700); the checkpoint of step ")
				assert.Zero(t, c.Resident(), "what the GPU had is given back")
				assert.Empty(t, c.Misuse())
				lines := commands(said)
				require.Len(t, lines, 2, said)
				assert.Contains(t, lines[0], "--engine cuda --precision=float32 --resume")
				assert.Regexp(t, `'[^']*the out' --quiet --checkpoint-every 4 --resume --engine=cpu$`, lines[1])

				c.Fail = nil
				args := strings.Fields(strings.ReplaceAll(lines[way], "the out'", "the_out"))
				for i, a := range args {
					args[i] = strings.ReplaceAll(strings.TrimPrefix(a, "'"), "the_out", "the out")
				}
				code, out, said := run(append(args, "--json")...)
				require.Zero(t, code, said)
				var first told
				require.NoError(t, json.Unmarshal([]byte(out[:strings.Index(out, "\n")]), &first))
				assert.GreaterOrEqual(t, first.Step, fails.kept)
				assert.NotEmpty(t, first.Engine)
				assert.Equal(t, way == 1, first.Foreign != "", first.Foreign)
				got := leftByTraining(t, dir)
				for _, name := range []string{"last/model.safetensors", recordName} {
					assert.True(t, want[name] == got[name], "%s is not the same", name)
				}
			})
		}
	}
}

// A run of several arms whose GPU fails keeps the state of before, and the command goes on from it.
func TestARunWhoseGPUFailsKeepsTheStateOfBefore(t *testing.T) {
	document, out := file(t, nil), filepath.Join(t.TempDir(), "out")
	c := &card80{free: 80e9}
	c.Fail = func(x learnertest.Call) error {
		if x.Name == "Train" && x.Count == 25 {
			c.failed = errors.New("the GPU failed at cuLaunchKernel: an illegal address (CUDA error 700)")
		}
		return c.failed
	}
	inserted(t, c, nil)
	code, _, said := run("run", document, "--out", out, "--quiet", "--every", "10ms", "--engine", "cuda")
	assert.Equal(t, codeBad, code)
	assert.Contains(t, said, "an illegal address (CUDA error 700)\n")
	lines := commands(said)
	require.Len(t, lines, 2, said)
	code, text, said := run(append(strings.Fields(lines[1]), "--json")...)
	require.Zero(t, code, said)
	assert.Equal(t, 4, strings.Count(text, `"state": "done"`))
}

func TestACommandIsPrintedAsAShellTakesIt(t *testing.T) {
	e := &env{args: []string{"train", "my doc.json", "--engine", "cuda", "--precision=float32", "--out", "it's",
		"--resume"}}
	assert.Equal(t, `sparkling train 'my doc.json' --out 'it'\''s' --resume --engine=cpu`,
		e.again([]string{"--engine", "--precision"}, "--resume", "--engine=cpu"))
}
