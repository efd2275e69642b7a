package cli

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/testneed"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/checkpoint/torch"
)

// everyFamily are all that the example has, those with experts first.
var everyFamily = []string{"qwen3_moe", "olmoe", "mixtral", "qwen3", "qwen2", "llama", "olmo2"}

// trainThree trains the networks of folders for three updates, and leaves what a trainer leaves. The epsilon of Adam is
// above what rounding leaves of a gradient that is 0: below it a new element's first update would be that one's sign.
const trainThree = `
import json, sys, torch
sys.path.insert(0, sys.argv[1])
from network import Network, read, write
batch = read("batch.safetensors")
for folder in sys.argv[2:]:
    model = Network.load(folder)
    flat = lambda p: p.dim() == 1
    optimizer = torch.optim.AdamW([{"params": [p for p in model.parameters() if not flat(p)]},
                                   {"params": [p for p in model.parameters() if flat(p)]}],
                                  lr=0.004, betas=(0.9, 0.95), eps=1e-5, weight_decay=0.1)
    for _ in range(3):
        _, objective = model(batch["input_ids"].long(), batch["labels"].long())
        optimizer.zero_grad()
        objective.backward()
        optimizer.step()
    write(folder + "/model.safetensors", dict(model.named_parameters()))
    torch.save(optimizer.state_dict(), folder + "/optimizer.pt")
    names = {p: n for n, p in model.named_parameters()}
    json.dump([names[p] for g in optimizer.param_groups for p in g["params"]], open(folder + "/names.json", "w"))
`

// goOnIn goes on from folders, three updates for the weights and ten for the losses.
const goOnIn = `
import sys
sys.path.insert(0, sys.argv[1])
import go_on
folders = sys.argv[2:]
for folder in folders:
    for steps, more in (("3", ["--out", folder + "/after3.safetensors"]), ("10", [])):
        sys.argv = ["go_on.py", "--model", folder, "--batch", "batch.safetensors", "--steps", steps, *more]
        go_on.main()
`

// A network of every family goes on in PyTorch from its widened folder as it does here: the weights after three
// updates, and the losses of ten.
func TestEveryFamilyGoesOnInPyTorch(t *testing.T) {
	python := testneed.PyTorch(t)
	example, err := filepath.Abs(filepath.Join("..", "..", "examples", "pytorch"))
	require.NoError(t, err)
	batch, err := os.ReadFile(batchOf(families))
	require.NoError(t, err)
	var dirs, wide []string
	for _, family := range everyFamily {
		losses := map[string]any{}
		if slices.Contains(everyFamily[:3], family) {
			losses = map[string]any{"router_aux_loss_coef": 0.02, "router_z_loss_coef": 0.01}
		}
		dirs = append(dirs, familyFolder(t, family, "model.safetensors", losses))
	}
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("batch.safetensors", batch, 0o644))
	py := func(program string, folders []string) string {
		t.Helper()
		c := exec.Command(python, append([]string{"-B", "-c", program, example}, folders...)...)
		c.Env = append(os.Environ(), "OMP_NUM_THREADS=1") // networks this small are done before threads have met
		out, err := c.CombinedOutput()
		require.NoError(t, err, string(out))
		return string(out)
	}
	py(trainThree, dirs)
	for i, dir := range dirs {
		wide = append(wide, everyFamily[i])
		code, _, err := run("widen", "--model", dir, "--out", wide[i], "--axis", "joint", "--names",
			filepath.Join(dir, "names.json"), "--rate", "0.004", "--final-rate", "0.0001", "--steps-done", "3",
			"--steps-left", "40", "--quiet")
		require.Zero(t, code, err)
	}
	printed := strings.Split(strings.TrimSpace(py(goOnIn, wide)), "\n")
	require.Len(t, printed, 13*len(wide))
	for i, lines := range slices.Collect(slices.Chunk(printed, 13)) {
		t.Run(everyFamily[i], func(t *testing.T) {
			_, losses := goOn(t, wide[i], 10, 1e-5)
			for k, line := range lines[3:] {
				var p struct{ Loss float64 }
				require.NoError(t, json.Unmarshal([]byte(line), &p))
				assert.InDelta(t, losses[k], p.Loss, 1e-3, "update %d", k)
			}
			assert.Less(t, losses[9], losses[0]-0.1)
			ours, _ := goOn(t, wide[i], 3, 1e-5)
			after := opened(t, filepath.Join(wide[i], "after3.safetensors"))
			folder, err := checkpoint.ReadFolder(t.Context(), wide[i])
			require.NoError(t, err)
			for _, s := range folder.Weights.Names.Split(folder.Table) {
				m := s.Matrices[0]
				data := ours.Expert(m.Tensor, m.Expert)
				near(t, s.Name, data, after(s.Name, len(data)), 1e-4)
			}
		})
	}
}

// What the example does not compute it refuses in a sentence, and trains nothing else in its place.
func TestTheExampleRefusesWhatItDoesNotCompute(t *testing.T) {
	python := testneed.PyTorch(t)
	for want, folder := range map[string]string{
		"the rotary embedding is scaled (linear)": familyFolder(t, "llama", "model.safetensors", map[string]any{
			"rope_scaling": map[string]any{"type": "linear", "factor": 4}}),
		"model_type is 'gpt2'; this example has networks of qwen3_moe, olmoe": familyFolder(t, "llama",
			"model.safetensors", map[string]any{"model_type": "gpt2"}),
		"sparkling widen --layout apart": familyFolder(t, "mixtral", "stacked.safetensors", nil),
		"weights in many files":          t.TempDir(),
	} {
		out, err := exec.Command(python, "-B", filepath.Join("..", "..", "examples", "pytorch", "go_on.py"), "--model",
			folder, "--batch", batchOf(families)).CombinedOutput()
		assert.Error(t, err)
		assert.Contains(t, string(out), want)
		assert.NotContains(t, string(out), "Traceback")
	}
}

// The example begins without states where a folder has none, and says so. Of states that it does not find, that are
// not numbered or another optimizer's, and of a recipe with gaps it says so in a sentence.
func TestTheExampleTrainsWithoutStatesOnlyWhereThereAreNone(t *testing.T) {
	python := testneed.PyTorch(t)
	small := familyFolder(t, "llama", "model.safetensors", nil)
	wide := func(flags ...string) string {
		return widenedTo(t, small, append([]string{"--axis", "joint", "--rate", "0.001"}, flags...)...)
	}
	full, gaps := wide("--steps-left", "9"), wide()
	goOn := func(dir string) (string, error) {
		out, err := exec.Command(python, "-B", filepath.Join("..", "..", "examples", "pytorch", "go_on.py"), "--model",
			dir, "--batch", batchOf(families), "--steps", "1").CombinedOutput()
		return string(out), err
	}
	said, err := goOn(full)
	require.NoError(t, err, said)
	assert.Contains(t, said, "is there: the moments begin at zero")
	_, losses, _ := strings.Cut(said, "\n")
	var p struct{ Loss float64 }
	require.NoError(t, json.Unmarshal([]byte(losses), &p))
	assert.InDelta(t, computedBy(t)["llama"].Loss, p.Loss, 1e-4)

	lie := func(name string) string {
		dir := t.TempDir()
		require.NoError(t, os.CopyFS(dir, os.DirFS(full)))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("[]"), 0o644))
		return dir
	}
	muon := lie("optimizer.names.json")
	order := filepath.Join(muon, "optimizer.names.json")
	require.NoError(t, os.WriteFile(order, []byte(`["model.norm.weight"]`), 0o644))
	state := numbered(dict("momentum_buffer", 0.5))
	require.NoError(t, torch.Write(filepath.Join(muon, "optimizer.pt"), state, nil))
	for want, dir := range map[string]string{
		"has states of another optimizer than AdamW":                  muon,
		"--optimizer says what it is called":                          lie("optimizer.names.json"),
		"has its states under names; this example takes numbered":     lie("optimizer.pt"),
		"recipe.json does not know steps_left, tau: write it there\n": gaps,
	} {
		said, err := goOn(dir)
		assert.Error(t, err)
		assert.Contains(t, said, want)
		assert.NotContains(t, said, "Traceback")
	}
}
