//go:build !js

package ondisk_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/fixture"
	"github.com/sparkling-lab/sparkling/internal/testneed"
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/model/widen/ondisk"
)

// modules has the parameters of a family's module, with the names and in the order that transformers gives them (4 has
// experts apart, 5 stacked), and the two groups that its Trainer makes of them. Of each module the optimizer's states
// are made of three updates.
const modules = `
import json, sys, torch
from torch import nn
def weight(*shape):
    m = nn.Module()
    m.weight = nn.Parameter(torch.randn(*shape))
    return m
def children(**all):
    m = nn.Module()
    for name, x in all.items():
        setattr(m, name, x)
    return m
def expert(family, d, f):
    if family == "mixtral":
        return children(w1=weight(f, d), w2=weight(d, f), w3=weight(f, d))
    return children(gate_proj=weight(f, d), up_proj=weight(f, d), down_proj=weight(d, f))
def block(family, layout, d, f, experts):
    gate = weight(experts, d)
    if layout == "apart":
        return children(gate=gate, experts=nn.ModuleList(expert(family, d, f) for _ in range(experts)))
    stacked = children(gate_up_proj=nn.Parameter(torch.randn(experts, 2 * f, d)),
                       down_proj=nn.Parameter(torch.randn(experts, d, f)))
    if family == "qwen3_moe":
        return children(experts=stacked, gate=gate)
    return children(gate=gate, experts=stacked)
def layer(c, layout, d, f):
    q, kv = c["heads"] * c["head"], c["kv"] * c["head"]
    attn = dict(q_proj=weight(q, d), k_proj=weight(kv, d), v_proj=weight(kv, d), o_proj=weight(d, q))
    if c["family"] == "qwen3_moe":
        attn |= dict(q_norm=weight(c["head"]), k_norm=weight(c["head"]))
    if c["family"] == "olmoe":
        attn |= dict(q_norm=weight(q), k_norm=weight(kv))
    name = "block_sparse_moe" if c["family"] == "mixtral" and layout == "apart" else "mlp"
    return children(self_attn=children(**attn), **{name: block(c["family"], layout, d, f, c["experts"])},
                    input_layernorm=weight(d), post_attention_layernorm=weight(d))
def network(c, layout, d, f, untied):
    net = children(model=children(embed_tokens=weight(c["vocab"], d),
                                  layers=nn.ModuleList(layer(c, layout, d, f) for _ in range(c["layers"])),
                                  norm=weight(d)))
    if untied:
        net.lm_head = weight(c["vocab"], d)
    return net
def adam(net):
    named = list(net.named_parameters())
    groups = [[(n, p) for n, p in named if p.dim() > 1], [(n, p) for n, p in named if p.dim() == 1]]
    optimizer = torch.optim.AdamW([{"params": [p for _, p in g], "weight_decay": x}
                                   for g, x in zip(groups, (0.1, 0.0))], lr=1e-3)
    return optimizer, [n for g in groups for n, _ in g]
cases = json.loads(sys.argv[1])
`

const makeStates = modules + `
torch.manual_seed(0)
for c in cases:
    net = network(c, c["was"], c["hidden"], c["inner"], False)
    optimizer, names = adam(net)
    for _ in range(3):
        for p in net.parameters():
            p.grad = torch.randn_like(p)
        optimizer.step()
    torch.save(optimizer.state_dict(), c["dir"] + "/optimizer.pt")
    json.dump(names, open(c["dir"] + "/names.json", "w"))
`

const compareStates = fixture.Restricted + modules + `
def apart(family, states):
    """The moments of each matrix by the names that experts have one by one."""
    gate, up, down = ("w1", "w3", "w2") if family == "mixtral" else ("gate_proj", "up_proj", "down_proj")
    out = {}
    for name, s in states.items():
        assert s["step"] == 3, (name, s["step"])
        for key in ("exp_avg", "exp_avg_sq"):
            x = s[key]
            at = name.split(".mlp.")[0] + (".block_sparse_moe." if family == "mixtral" else ".mlp.")
            if name.endswith("gate_up_proj"):
                for e, pair in enumerate(x):
                    half = len(pair) // 2
                    out[f"{at}experts.{e}.{gate}.weight", key] = pair[:half]
                    out[f"{at}experts.{e}.{up}.weight", key] = pair[half:]
            elif name.endswith("mlp.experts.down_proj"):
                for e, y in enumerate(x):
                    out[f"{at}experts.{e}.{down}.weight", key] = y
            elif name.endswith("mlp.gate.weight"):
                out[at + "gate.weight", key] = x
            else:
                out[name, key] = x
    return out
for c in cases:
    found = []
    for folder, layout in ((c["kept"], c["was"]), (c["changed"], c["becomes"])):
        net = network(c, layout, 2 * c["hidden"], 2 * c["inner"], True)
        optimizer, names = adam(net)
        # the head that was untied by the widening stands last in the embedding's group, as in the module
        assert names == json.load(open(folder + "/optimizer.names.json")), (c["family"], layout)
        optimizer.load_state_dict(torch.load(folder + "/optimizer.pt", weights_only=True))
        params = dict(net.named_parameters())
        for name, p in params.items():
            for key in ("exp_avg", "exp_avg_sq"):
                assert optimizer.state[p][key].shape == p.shape, (name, key)
            p.grad = torch.zeros_like(p)
        found.append(apart(c["family"], {name: optimizer.state[p] for name, p in params.items()}))
        optimizer.step()
    assert found[0].keys() == found[1].keys(), found[0].keys() ^ found[1].keys()
    for key, x in found[0].items():
        assert torch.equal(x, found[1][key]), (c["family"], key)
    assert any(x.abs().max() > 0 for x in found[0].values())
`

// An optimizer of PyTorch's that is made of a module of the new layout, as each family has it, takes the states: they
// stand in its order, and are, expert by expert, those of a widening that keeps the layout; both ways.
func TestPyTorchTakesStatesOfAnotherLayout(t *testing.T) {
	python := testneed.PyTorch(t)
	var cases []map[string]any
	for _, family := range []string{"qwen3_moe", "mixtral", "olmoe"} {
		for _, was := range []checkpoint.Layout{checkpoint.Apart, checkpoint.Stacked} {
			c := small
			c.Variant.QKNorm = map[string]model.QKNorm{"mixtral": model.NoNorm, "olmoe": model.ByProjection}[family]
			f, _ := saved(t, c)
			require.Equal(t, family, f.Family())
			becomes := checkpoint.Stacked
			if was == becomes {
				becomes = checkpoint.Apart
			}
			root := t.TempDir()
			cases = append(cases, map[string]any{"family": family, "was": was, "becomes": becomes, "dir": f.Dir,
				"kept": filepath.Join(root, "kept"), "changed": filepath.Join(root, "changed"), "vocab": c.Vocab,
				"hidden": c.Hidden, "inner": c.Inner, "layers": c.Layers, "heads": c.Heads, "kv": c.KVHeads,
				"head": c.HeadDim, "experts": c.Experts})
		}
	}
	python3(t, python, makeStates, cases)
	for _, c := range cases {
		dir := c["dir"].(string)
		var names []string
		text, err := os.ReadFile(filepath.Join(dir, "names.json"))
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &names))
		for _, to := range []string{"kept", "changed"} {
			with := ondisk.With{States: statesOf(t, filepath.Join(dir, "optimizer.pt"), names)}
			if to == "changed" {
				with.Layout = c["becomes"].(checkpoint.Layout)
			}
			_, err := ondisk.WidenWith(t.Context(), read(t, dir), c[to].(string), joint, 1, with, noProgress)
			require.NoError(t, err)
		}
	}
	python3(t, python, compareStates, cases)
}

// python3 runs a program with its cases.
func python3(t *testing.T, python, program string, cases any) {
	t.Helper()
	text, err := json.Marshal(cases)
	require.NoError(t, err)
	out, err := exec.Command(python, "-I", "-c", program, string(text)).CombinedOutput()
	require.NoError(t, err, string(out))
}

// muons writes optimizers' files that mix Muon for the matrices of layers with Adam for all else, in the forms in which
// they are left: torch.optim.Muon and AdamW as one state_dict, Jordan's MuonWithAuxAdam, and Moonshot's, which keeps it
// with each parameter whose it is. It has none of the optimizers, so the files are made by hand; the moments are those
// of the safetensors files of the folder, to which the widened ones are compared.
const muons = fixture.Restricted + `
import json, struct, sys
def read(path):
    with open(path, "rb") as f:
        (size,) = struct.unpack("<Q", f.read(8))
        header, data = json.loads(f.read(size)), bytearray(f.read())
    header.pop("__metadata__", None)
    return {name: torch.frombuffer(data[slice(*x["data_offsets"])], dtype=torch.float32).view(x["shape"])
            for name, x in header.items()}
def matrix(name):
    return name.startswith("model.layers.") and "norm" not in name
def state(form, name, m, v):
    if matrix(name):
        return ({"use_muon": True} if form == "moonshot" else {}) | {"momentum_buffer": m[name]}
    if form == "moonshot":
        return {"use_muon": False, "step": 11, "moment1": m[name], "moment2": v[name]}
    step = 11 if form == "jordan" else torch.tensor(11.0)
    return {"step": step, "exp_avg": m[name], "exp_avg_sq": v[name]}
groups = {
    "torch": [dict(lr=0.02, weight_decay=0.1, momentum=0.95, nesterov=True,
                   ns_coefficients=(3.4445, -4.775, 2.0315), eps=1e-7, ns_steps=5, adjust_lr_fn=None),
              dict(lr=3e-4, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1, amsgrad=False, foreach=None, fused=None)],
    "jordan": [dict(lr=0.02, momentum=0.95, weight_decay=0, use_muon=True),
               dict(lr=3e-4, betas=(0.9, 0.95), eps=1e-10, weight_decay=0, use_muon=False)],
    "moonshot": [dict(lr=2e-3, wd=0.1, momentum=0.95, nesterov=True, ns_steps=5, adamw_betas=(0.9, 0.95),
                      adamw_eps=1e-8)],
}
def split(form, names):
    muon, adam = [n for n in names if matrix(n)], [n for n in names if not matrix(n)]
    return [muon + adam] if form == "moonshot" else [muon, adam]
for c in json.loads(sys.argv[1]):
    form, wide = c["form"], "wide" in c
    m, v = (read(c["wide" if wide else "dir"] + f"/optimizer_{x}.safetensors") for x in "mv")
    if not wide:
        names = split(form, m)
        ids = iter(range(len(m)))
        saved = {"state": {}, "param_groups": [
            dict(g, params=[next(ids) for _ in n], param_names=n) for g, n in zip(groups[form], names)]}
        for g in saved["param_groups"]:
            saved["state"] |= {i: state(form, n, m, v) for i, n in zip(g["params"], g["param_names"])}
        torch.save(saved, c["dir"] + "/optimizer.pt")
        continue
    got = torch.load(c["wide"] + "/optimizer.pt", weights_only=True)
    ids = []
    for g, want in zip(got["param_groups"], groups[form], strict=True):
        assert {k: x for k, x in g.items() if k not in ("params", "param_names")} == want, g
        ids += g["params"]
        for i, name in zip(g["params"], g["param_names"], strict=True):
            want = state(form, name, m, v)
            assert list(got["state"][i]) == list(want), (name, list(got["state"][i]))
            for key, x in want.items():
                y = got["state"][i][key]
                assert type(y) == type(x), (name, key)
                assert torch.equal(y, x) if torch.is_tensor(x) else y == x, (name, key)
    assert ids == list(range(len(m))) == list(got["state"]), ids
`

// The momentum of Muon is widened as ours is, to the bit, beside the moments of Adam, in each of the forms in which
// optimizers of both kinds leave them; and PyTorch reads what was written.
func TestTheMomentumOfMuonIsWidenedAsOurs(t *testing.T) {
	python := testneed.PyTorch(t)
	var cases []map[string]string
	for _, form := range []string{"torch", "jordan", "moonshot"} {
		f, _ := saved(t, small)
		cases = append(cases, map[string]string{"form": form, "dir": f.Dir})
	}
	python3(t, python, muons, cases)
	var wide []map[string]string
	for _, c := range cases {
		for _, layout := range []checkpoint.Layout{"", checkpoint.Stacked} {
			for _, state := range []widen.OptState{widen.Asymmetric, widen.CopyScaled} {
				spec := joint
				spec.OptState = state
				out := filepath.Join(t.TempDir(), "wide")
				_, err := ondisk.WidenWith(t.Context(), read(t, c["dir"]), out, spec, 1, ondisk.With{Layout: layout,
					States: statesOf(t, filepath.Join(c["dir"], "optimizer.pt"), nil)}, noProgress)
				require.NoError(t, err)
				wide = append(wide, map[string]string{"form": c["form"], "wide": out})
			}
		}
	}
	python3(t, python, muons, wide)
}
