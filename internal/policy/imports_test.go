package policy

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// imports names every package of ours, from the ground up, and those of ours that it imports: only what stands above
// it. Tests may import more. Whoever adds a package adds its line, which an indented one continues; a name that ends in
// /... stands for all packages below it.
const imports = `
internal/durable:
internal/durable/cut: internal/durable
internal/debian: internal/durable
internal/input:
internal/keys:
internal/markup:
internal/plain:
internal/typed:
internal/tools:
internal/display:
internal/version:

model/compute:
model: model/compute
model/widen: model
model/optim: model model/compute
model/widen/pairs: model model/widen
model/learner: model model/optim model/widen model/widen/pairs
model/learner/cpu: model model/compute model/learner model/optim model/widen model/widen/pairs
model/learner/cuda/driver:
model/learner/cuda/kernels:
model/learner/cuda: model model/learner model/learner/cuda/driver model/learner/cuda/kernels model/optim
  model/widen model/widen/pairs
model/learner/cuda/kernels/nvrtc: internal/debian
model/learner/cuda/kernels/nvrtc/cmd: internal/durable model/learner/cuda/kernels model/learner/cuda/kernels/nvrtc
model/learner/learnertest: model model/learner model/learner/cpu model/optim model/widen model/widen/pairs
model/checkpoint: internal/durable internal/input internal/plain internal/typed model
model/checkpoint/gguf: internal/durable internal/input internal/plain model model/checkpoint
model/checkpoint/torch: internal/durable internal/input internal/plain model/checkpoint
model/checkpoint/survey: model model/checkpoint model/checkpoint/torch
model/learner/cuda/trial: internal/tools model model/checkpoint model/learner model/learner/cpu model/learner/cuda
  model/learner/cuda/driver model/learner/cuda/kernels model/optim model/widen
model/widen/ondisk: internal/durable internal/input model model/checkpoint model/checkpoint/torch model/optim
  model/widen

sim/task:
sim/tokens: internal/durable internal/input sim/task
sim/tokens/tokenizer: sim/tokens
sim/tokens/make: internal/durable internal/input sim/tokens sim/tokens/tokenizer
sim/experiment: internal/keys internal/plain internal/typed model model/optim model/widen model/widen/pairs sim/task
sim/trial: model model/optim model/widen sim/experiment sim/task
sim/codec:
sim/record: internal/plain model model/widen/pairs sim/codec sim/experiment sim/task
sim/look: model sim/codec
sim/train: model model/learner model/optim model/widen sim/codec sim/experiment sim/look sim/record sim/task
sim/session: model model/learner sim/codec sim/experiment sim/look sim/record sim/train
sim/trial/finished: model/learner/cpu sim/experiment sim/session sim/trial
sim/checkpoints: internal/durable internal/input model model/checkpoint model/optim model/widen sim/experiment
sim/plan: model model/compute model/learner model/learner/cuda model/optim model/widen sim/checkpoints sim/experiment
sim/pretrain: model model/learner model/widen model/widen/pairs sim/checkpoints sim/experiment sim/plan sim/record
  sim/train
sim/statistics: model
sim/seeds: internal/plain sim/experiment sim/record sim/statistics
sim/sweep: sim/experiment sim/record sim/seeds sim/session
sim/reproduce: internal/durable internal/input internal/keys model model/learner/cpu model/optim model/widen
  sim/experiment sim/record sim/session sim/statistics sim/task

viz/valloss: sim/experiment sim/record
viz/style: internal/plain sim/experiment
viz/facts: sim/record
viz/written: sim/experiment sim/record
viz/slowmotion: sim/look
viz: sim/experiment sim/look sim/record sim/seeds viz/facts viz/valloss viz/slowmotion viz/style viz/written
viz/figure: internal/plain model model/optim model/widen sim/experiment sim/record sim/seeds sim/statistics viz/facts
  viz/valloss viz/style viz/written
viz/animation: model sim/experiment sim/record viz/facts viz/figure viz/style
viz/panel: sim/experiment sim/record sim/seeds sim/session sim/sweep viz/facts viz/style viz/written
viz/story: sim/experiment sim/record sim/seeds sim/session sim/task viz/panel
viz/desktop: model/learner sim/experiment sim/look sim/record sim/seeds sim/session sim/sweep sim/task viz viz/style
  viz/panel viz/story

wasm/trainer: model/learner/cpu sim/task sim/train
wasm/lab: model/compute sim/experiment sim/look sim/record sim/seeds sim/session sim/sweep sim/task viz viz/panel
  viz/story

internal/browser:
internal/serve: internal/input
internal/report: internal/input model sim/experiment sim/record sim/reproduce sim/statistics sim/task viz/figure
  viz/style viz/story
internal/lecture: internal/report model model/widen sim/experiment sim/plan sim/record sim/reproduce sim/statistics
  sim/task viz/figure viz/style
internal/lecture/make: internal/durable internal/lecture model/learner/cpu sim/experiment sim/look sim/record
  sim/reproduce sim/session sim/train viz/slowmotion
internal/site: internal/durable internal/lecture internal/markup sim/experiment viz/story
internal/deck/built: internal/durable
internal/build: internal/deck/built internal/durable internal/site
internal/build/cmd: internal/build
internal/release: internal/build internal/durable internal/tools internal/version
internal/release/cmd: internal/release

internal/bench/measure:
internal/bench/peak:
internal/bench/openblas: model/compute
internal/bench/shapes: model model/compute
internal/bench/workload: internal/bench/measure internal/bench/peak internal/bench/shapes model model/compute
  model/optim model/widen model/widen/pairs sim/experiment sim/task
internal/bench/torch: internal/bench/workload internal/tools model model/compute model/optim
internal/bench/inpage/worker: internal/bench/... model/compute
internal/bench/inpage: internal/bench/measure internal/bench/shapes internal/bench/workload internal/browser
  internal/build internal/serve internal/tools model/compute sim/experiment
internal/bench/disk: internal/bench/measure model model/checkpoint model/widen model/widen/ondisk
internal/bench: internal/bench/... internal/durable model model/compute model/learner/cpu sim/checkpoints
  sim/experiment sim/pretrain sim/record sim/task sim/tokens

internal/deck: internal/browser internal/deck/built internal/durable internal/lecture internal/markup internal/report
  internal/serve internal/site internal/tools sim/experiment viz/figure viz/story viz/style
internal/deck/cmd: internal/deck internal/deck/built
internal/cli: internal/... model/... sim/... viz/animation viz/desktop viz/figure viz/story
.: internal/cli

internal/fixture: model model/checkpoint model/optim
internal/llama: internal/tools
internal/testgame: internal/display
internal/testneed: internal/display internal/tools
model/learner/cuda/emulated: internal/testneed model/learner/cuda/driver model/learner/cuda/kernels
internal/exercises:
internal/soak:
internal/policy:
wasm/pagetest:
wasm/pagetest/headless: model/learner/cpu sim/experiment sim/session
wasm/pagetest/still: internal/browser internal/build internal/deck internal/serve internal/tools
`

// ruled are the packages that [imports] names, what it says of each, and their order.
func ruled(t *testing.T) (may map[string][]string, order []string) {
	t.Helper()
	may = map[string][]string{}
	for line := range strings.Lines(strings.ReplaceAll(imports, "\n  ", " ")) {
		dir, list, ok := strings.Cut(strings.TrimSpace(line), ":")
		if ok {
			assert.NotContains(t, may, dir, "two lines speak of one package")
			may[dir] = strings.Fields(list)
			order = append(order, dir)
		}
	}
	return may, order
}

// covers reports whether a name of a list stands for a package.
func covers(name, pkg string) bool {
	above, all := strings.CutSuffix(name, "/...")
	return name == pkg || all && (pkg == above || strings.HasPrefix(pkg, above+"/"))
}

func TestImportsPointOneWay(t *testing.T) {
	may, order := ruled(t)
	seen, used := map[string]bool{}, map[[2]string]bool{}
	files(t, func(path string, data []byte) {
		if !strings.HasSuffix(path, ".go") {
			return
		}
		dir := filepath.ToSlash(filepath.Dir(path))
		list, ok := may[dir]
		if seen[dir] = true; !ok || strings.HasSuffix(path, "_test.go") {
			return
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, data, parser.ImportsOnly)
		require.NoError(t, err)
		for _, spec := range f.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			require.NoError(t, err)
			ours, ok := strings.CutPrefix(name, module)
			if !ok {
				continue
			}
			at := slices.IndexFunc(list, func(name string) bool { return covers(name, ours) })
			if assert.GreaterOrEqual(t, at, 0, "%s imports %s", path, ours) {
				used[[2]string{dir, list[at]}] = true
				assert.Less(t, slices.Index(order, ours), slices.Index(order, dir),
					"%s stands below %s, which imports it", ours, dir)
			}
		}
	})
	for dir := range seen {
		assert.Contains(t, order, dir, "no line of the rule of imports names this package")
	}
	for dir, list := range may {
		assert.True(t, seen[dir], "the rule names %s, which is no package", dir)
		for _, name := range list {
			assert.True(t, used[[2]string{dir, name}], "the rule lets %s import %s, which it does not", dir, name)
		}
	}
}

// The page trains in workers: the program that draws it carries no engine of a learner along, and neither does the
// session that leads arms, wherever they train. A page that never trains on a device never loads one.
func TestOnlyProgramsThatTrainLinkALearner(t *testing.T) {
	may, _ := ruled(t)
	var reached func(dir string) []string
	reached = func(dir string) (all []string) {
		for _, name := range may[dir] {
			all = append(append(all, name), reached(name)...)
		}
		return all
	}
	engine := func(name string) bool {
		return strings.HasPrefix(name, "model/learner/") || strings.HasSuffix(name, "...")
	}
	for _, dir := range []string{"wasm/lab", "sim/session", "viz/desktop", "viz/figure"} {
		require.NotEmpty(t, may[dir], dir)
		assert.False(t, slices.ContainsFunc(reached(dir), engine), "%s reaches %q", dir, reached(dir))
	}
	assert.True(t, slices.ContainsFunc(reached("wasm/trainer"), engine), "a worker's program trains")
}
