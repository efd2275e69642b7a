# Makes what the test of families is held to, with PyTorch alone: tiny networks under the names of each family, and what
# they compute, in float64. It shares nothing with the program under test. Run it here: python3 make.py
#
# It needs PyTorch (1.13 or newer) and nothing else; the same seeds give the same files.
import json
import math
import os
import struct

import torch
import torch.nn.functional as F

torch.manual_seed(17)
V, D, LAYERS, HEADS, KV, HD, E, K, FF = 29, 16, 2, 4, 2, 8, 4, 2, 8
ROWS, SEQ = 2, 9

BASE = dict(vocab_size=V, hidden_size=D, num_hidden_layers=LAYERS, num_attention_heads=HEADS, num_key_value_heads=KV,
            head_dim=HD, hidden_act="silu", attention_dropout=0.0, rms_norm_eps=1e-5, rope_theta=10000.0,
            max_position_embeddings=64, tie_word_embeddings=False, initializer_range=0.02)
# name: config.json, element type of its file, what its network is
FAMILIES = {
    "qwen3_moe": (dict(moe_intermediate_size=FF, num_experts=E, num_experts_per_tok=K, norm_topk_prob=True,
                       router_aux_loss_coef=0.0, router_z_loss_coef=0.0), torch.bfloat16,
                  dict(qk="head", moe="mlp.experts.%d.", router="mlp.gate.weight")),
    "olmoe": (dict(intermediate_size=FF, num_experts=E, num_experts_per_tok=K, norm_topk_prob=False, clip_qkv=None,
                   router_aux_loss_coef=0.0, router_z_loss_coef=0.0), torch.float16,
              dict(qk="whole", moe="mlp.experts.%d.", router="mlp.gate.weight", raw=True)),
    "mixtral": (dict(intermediate_size=FF, num_local_experts=E, num_experts_per_tok=K, sliding_window=None,
                     router_aux_loss_coef=0.0), torch.bfloat16,
                dict(qk="none", moe="block_sparse_moe.experts.%d.", router="block_sparse_moe.gate.weight",
                     w=("w1", "w3", "w2"))),
    "qwen3": (dict(intermediate_size=24), torch.bfloat16, dict(qk="head")),
    "qwen2": (dict(intermediate_size=24, tie_word_embeddings=True), torch.float16, dict(qk="none", bias=True)),
    "llama": (dict(intermediate_size=24), torch.float32, dict(qk="none")),
    "olmo2": (dict(intermediate_size=24), torch.bfloat16, dict(qk="whole", post=True)),
}
# name: the family, and what its config.json has besides
CASES = {name: (name, {}) for name in FAMILIES} | {
    "qwen3_moe, weights as the router gives them": ("qwen3_moe", {"norm_topk_prob": False}),
    "llama, linear": ("llama", {"rope_scaling": {"type": "linear", "factor": 4.0}}),
    "llama, llama3": ("llama", {"rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0,
                                "high_freq_factor": 4.0, "original_max_position_embeddings": 256}}),
    "qwen2, yarn": ("qwen2", {"rope_scaling": {"type": "yarn", "factor": 4.0,
                              "original_max_position_embeddings": 64}}),
    "qwen3, yarn": ("qwen3", {"rope_parameters": {"rope_type": "yarn", "factor": 8.0, "beta_fast": 4.0,
                              "beta_slow": 0.5, "attention_factor": 1.25, "rope_theta": 500.0}, "rope_theta": 500.0}),
    "llama, dynamic, not beyond its length": ("llama", {"rope_scaling": {"type": "dynamic", "factor": 4.0}}),
}


def new(shape, std, mean=0.0):
    return mean + std * torch.randn(*shape, dtype=torch.float64)


def network(what, config):
    """The tensors of a network by name, in the order in which they are kept."""
    w = {"model.embed_tokens.weight": new((V, D), 0.5)}
    f = config.get("moe_intermediate_size", config.get("intermediate_size"))
    for l in range(LAYERS):
        p = f"model.layers.{l}."
        norms = ["post_attention_layernorm", "post_feedforward_layernorm"] if what.get("post") else [
            "input_layernorm", "post_attention_layernorm"]
        for n in norms:
            w[p + n + ".weight"] = new((D,), 0.2, 1)
        for n, rows in (("q", HEADS * HD), ("k", KV * HD), ("v", KV * HD)):
            w[p + f"self_attn.{n}_proj.weight"] = new((rows, D), 0.3)
            if what.get("bias"):
                w[p + f"self_attn.{n}_proj.bias"] = new((rows,), 0.3)
        w[p + "self_attn.o_proj.weight"] = new((D, HEADS * HD), 0.3)
        if what["qk"] != "none":
            for n, heads in (("q", HEADS), ("k", KV)):
                size = HD if what["qk"] == "head" else heads * HD
                w[p + f"self_attn.{n}_norm.weight"] = new((size,), 0.2, 1)
        gate, up, down = what.get("w", ("gate_proj", "up_proj", "down_proj"))
        experts = [what["moe"] % e for e in range(E)] if "moe" in what else ["mlp."]
        if "moe" in what:
            w[p + what["router"]] = new((E, D), 0.5)
        for e in experts:
            w[p + e + gate + ".weight"] = new((f, D), 0.4)
            w[p + e + up + ".weight"] = new((f, D), 0.4)
            w[p + e + down + ".weight"] = new((D, f), 0.4)
    w["model.norm.weight"] = new((D,), 0.2, 1)
    if not config["tie_word_embeddings"]:
        w["lm_head.weight"] = new((V, D), 0.4)
    return w


def rms(x, weight, eps):
    return x / torch.sqrt((x * x).mean(-1, keepdim=True) + eps) * weight


def angles(config):
    """How far a pair turns from token to token, and what sines and cosines are multiplied by."""
    block = config.get("rope_scaling") or config.get("rope_parameters") or {}
    kind = block.get("rope_type", block.get("type", "default"))
    base = config["rope_theta"]
    plain = [1.0 / base ** (2 * i / HD) for i in range(HD // 2)]
    if kind in ("default", "dynamic"):  # dynamic: no sequence here is longer than max_position_embeddings
        return plain, 1.0
    factor = block["factor"]
    if kind == "linear":
        return [x / factor for x in plain], 1.0
    long = block.get("original_max_position_embeddings", config["max_position_embeddings"])
    if kind == "llama3":
        low, high = block["low_freq_factor"], block["high_freq_factor"]
        out = []
        for x in plain:
            wave = 2 * math.pi / x
            if wave < long / high:
                out.append(x)
            elif wave > long / low:
                out.append(x / factor)
            else:
                smooth = (long / wave - low) / (high - low)
                out.append((1 - smooth) * x / factor + smooth * x)
        return out, 1.0
    assert kind == "yarn"

    def dimension(rotations):
        return HD * math.log(long / (rotations * 2 * math.pi)) / (2 * math.log(base))
    low = max(math.floor(dimension(block.get("beta_fast", 32))), 0)
    high = min(math.ceil(dimension(block.get("beta_slow", 1))), HD - 1)
    ramp = [min(max((i - low) / ((high - low) or 0.001), 0), 1) for i in range(HD // 2)]
    out = [x / factor * r + x * (1 - r) for x, r in zip(plain, ramp)]
    return out, block.get("attention_factor", 0.1 * math.log(factor) + 1.0)


def rotate(x, config):
    """x (rows, heads, tokens, HD): the first half of a head is turned with the second."""
    speed, by = angles(config)
    turn = torch.arange(SEQ, dtype=torch.float64)[:, None] * torch.tensor(speed, dtype=torch.float64)[None]
    cos, sin = by * torch.cos(turn), by * torch.sin(turn)
    a, b = x[..., :HD // 2], x[..., HD // 2:]
    return torch.cat((a * cos - b * sin, b * cos + a * sin), -1)


def attention(w, p, x, what, config):
    eps = config["rms_norm_eps"]
    q, k, v = (F.linear(x, w[p + f"self_attn.{n}_proj.weight"], w.get(p + f"self_attn.{n}_proj.bias")) for n in "qkv")
    if what["qk"] == "whole":
        q, k = rms(q, w[p + "self_attn.q_norm.weight"], eps), rms(k, w[p + "self_attn.k_norm.weight"], eps)

    def heads(t, n):
        return t.view(ROWS, SEQ, n, HD).transpose(1, 2)
    q, k, v = heads(q, HEADS), heads(k, KV), heads(v, KV)
    if what["qk"] == "head":
        q, k = rms(q, w[p + "self_attn.q_norm.weight"], eps), rms(k, w[p + "self_attn.k_norm.weight"], eps)
    q, k = rotate(q, config), rotate(k, config)
    k, v = (t.repeat_interleave(HEADS // KV, 1) for t in (k, v))
    scores = q @ k.transpose(-1, -2) / math.sqrt(HD)
    later = torch.ones(SEQ, SEQ).triu(1).bool()
    seen = scores.masked_fill(later, -math.inf).softmax(-1) @ v
    return F.linear(seen.transpose(1, 2).reshape(ROWS, SEQ, HEADS * HD), w[p + "self_attn.o_proj.weight"])


def swiglu(w, p, names, x):
    gate, up, down = (w[p + n + ".weight"] for n in names)
    return F.linear(F.silu(F.linear(x, gate)) * F.linear(x, up), down)


def feed_forward(w, p, x, what, config):
    names = what.get("w", ("gate_proj", "up_proj", "down_proj"))
    if "moe" not in what:
        return swiglu(w, p + "mlp.", names, x)
    prob = F.linear(x, w[p + what["router"]]).softmax(-1)
    top, chosen = prob.topk(K, -1)
    if config.get("norm_topk_prob", True):
        top = top / top.sum(-1, keepdim=True)
    out = torch.zeros_like(x)
    for e in range(E):
        weight = (top * (chosen == e)).sum(-1, keepdim=True)
        out = out + weight * swiglu(w, p + what["moe"] % e, names, x)
    return out


def logits(w, ids, what, config):
    eps = config["rms_norm_eps"]
    h = w["model.embed_tokens.weight"][ids]
    for l in range(LAYERS):
        p = f"model.layers.{l}."
        if what.get("post"):
            h = h + rms(attention(w, p, h, what, config), w[p + "post_attention_layernorm.weight"], eps)
            h = h + rms(feed_forward(w, p, h, what, config), w[p + "post_feedforward_layernorm.weight"], eps)
        else:
            h = h + attention(w, p, rms(h, w[p + "input_layernorm.weight"], eps), what, config)
            h = h + feed_forward(w, p, rms(h, w[p + "post_attention_layernorm.weight"], eps), what, config)
    head = w["model.embed_tokens.weight"] if config["tie_word_embeddings"] else w["lm_head.weight"]
    return F.linear(rms(h, w["model.norm.weight"], eps), head)


TYPES = {torch.float32: "F32", torch.bfloat16: "BF16", torch.float16: "F16", torch.int64: "I64"}


def write(path, tensors):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, x in tensors.items():
        raw = x.contiguous()
        raw = (raw.view(torch.int16) if raw.dtype == torch.bfloat16 else raw).numpy().tobytes()
        header[name] = {"dtype": TYPES[x.dtype], "shape": list(x.shape),
                        "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


def stacked(w):
    """The same experts as transformers 5 keeps them."""
    out, names = {}, ("gate_proj", "up_proj", "down_proj")
    old = "mlp.experts." if "model.layers.0.mlp.gate.weight" in w else "block_sparse_moe.experts."
    if old != "mlp.experts.":
        names = ("w1", "w3", "w2")
    for name, x in w.items():
        if old not in name:
            out[name.replace("block_sparse_moe.gate", "mlp.gate")] = x
    for l in range(LAYERS):
        gate, up, down = (torch.stack([w[f"model.layers.{l}.{old}{e}.{n}.weight"] for e in range(E)]) for n in names)
        out[f"model.layers.{l}.mlp.experts.gate_up_proj"] = torch.cat((gate, up), 1)
        out[f"model.layers.{l}.mlp.experts.down_proj"] = down
    return out


def mlx(w):
    """The same experts as MLX keeps them."""
    out = {name: x for name, x in w.items() if ".experts." not in name}
    for l in range(LAYERS):
        for n in ("gate_proj", "up_proj", "down_proj"):
            out[f"model.layers.{l}.mlp.switch_mlp.{n}.weight"] = torch.stack(
                [w[f"model.layers.{l}.mlp.experts.{e}.{n}.weight"] for e in range(E)])
    return out


ids, labels = torch.randint(V, (ROWS, SEQ)), torch.randint(V, (ROWS, SEQ))
labels[0, 3] = -100
write("batch.safetensors", {"input_ids": ids, "labels": labels})
kept, results = {}, {}
for name, (keys, dtype, what) in FAMILIES.items():
    config = {"model_type": name} | BASE | keys
    kept[name] = {n: x.to(dtype) for n, x in network(what, config).items()}
    os.makedirs(name, exist_ok=True)
    write(f"{name}/model.safetensors", kept[name])
    with open(f"{name}/config.json", "w") as f:
        json.dump(config, f, indent=1)
for name, tensors in {"qwen3_moe": stacked, "mixtral": stacked, "qwen3_moe ": mlx}.items():
    write(f"{name.strip()}/{tensors.__name__}.safetensors", tensors(kept[name.strip()]))
out = {}
for case, (name, more) in CASES.items():
    keys, dtype, what = FAMILIES[name]
    config = BASE | keys | more
    w = {n: x.to(torch.float64).requires_grad_() for n, x in kept[name].items()}
    y = logits(w, ids, what, config)
    loss = F.cross_entropy(y.flatten(0, 1), labels.flatten(), ignore_index=-100)
    loss.backward()
    out[case] = y.detach().to(torch.float32)
    # of every gradient its norm, and its product with a wave that knows every place
    waves = {n: torch.sin(torch.arange(x.numel(), dtype=torch.float64)) for n, x in w.items()}
    results[case] = {"folder": name, "config": more, "loss": loss.item(), "gradients": {
        n: [x.grad.norm().item(), (x.grad.flatten() * waves[n]).sum().item()] for n, x in w.items()}}
write("logits.safetensors", out)
with open("cases.json", "w") as f:
    json.dump(results, f, indent=1)
