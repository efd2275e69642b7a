"""Small networks of seven families in plain PyTorch, under the names that their checkpoints have, and safetensors
without a library.

They are here to be read beside go_on.py, and for networks that fit on a processor; a trainer has its own.
"""

import json
import math
import os
import struct

import torch
import torch.nn as nn
import torch.nn.functional as F

# What a family's networks are, and what holds where their config.json says nothing. qk: what the norms of queries and
# keys go over; bias: queries, keys and values have one; post: norms stand behind the blocks; experts: where they lie.
FAMILIES = {
    "qwen3_moe": dict(qk="head", experts="mlp"),
    "olmoe": dict(qk="whole", experts="mlp", eps=1e-5, aux=0.01),
    "mixtral": dict(experts="block_sparse_moe", eps=1e-5, theta=1e6, z=0, top_k=True, names=("w1", "w3", "w2")),
    "qwen3": dict(qk="head", head=128),
    "qwen2": dict(bias=True),
    "llama": dict(),
    "olmo2": dict(qk="whole", post=True, eps=1e-5),
}

DTYPES = {"F32": torch.float32, "BF16": torch.bfloat16, "F16": torch.float16, "I64": torch.int64, "I32": torch.int32,
          "U8": torch.uint8, "BOOL": torch.bool}


def read(path):
    """All tensors of a safetensors file, by name."""
    with open(path, "rb") as f:
        (size,) = struct.unpack("<Q", f.read(8))
        header, data = json.loads(f.read(size)), bytearray(f.read())
    header.pop("__metadata__", None)
    tensors = {}
    for name, x in header.items():
        begin, end = x["data_offsets"]
        flat = torch.frombuffer(data[begin:end], dtype=DTYPES[x["dtype"]])
        tensors[name] = flat.view(x["shape"])
    return tensors


def write(path, tensors):
    """A safetensors file of float32 tensors."""
    header, at = {}, 0
    for name, x in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(x.shape), "data_offsets": [at, at + 4 * x.numel()]}
        at += 4 * x.numel()
    text = json.dumps(header).encode()
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text)
        for x in tensors.values():
            f.write(x.detach().float().contiguous().numpy().tobytes())


class RMSNorm(nn.Module):
    def __init__(self, size, eps):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(size)), eps

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps) * self.weight


def rotate(x, cos, sin):
    """The rotary embedding: the first half of each head turns with the second."""
    a, b = x.chunk(2, dim=-1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), dim=-1)


def linear(inputs, outputs, bias=False):
    return nn.Linear(inputs, outputs, bias=bias)


class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        d, self.head, self.qk = c["hidden_size"], c["head_dim"], c["qk"]
        q, kv = c["num_attention_heads"] * self.head, c["num_key_value_heads"] * self.head
        self.q_proj, self.k_proj, self.v_proj = (linear(d, n, c["bias"]) for n in (q, kv, kv))
        self.o_proj = linear(q, d)
        if self.qk:
            sizes = (q, kv) if self.qk == "whole" else (self.head, self.head)
            self.q_norm, self.k_norm = (RMSNorm(n, c["rms_norm_eps"]) for n in sizes)

    def normed(self, norm, x):
        """x in heads, after its norm, which goes over a head or over all of them."""
        split = lambda y: y.view(*y.shape[:2], -1, self.head)
        if self.qk == "whole":
            return split(getattr(self, norm)(x))
        return getattr(self, norm)(split(x)) if self.qk else split(x)

    def forward(self, x, cos, sin, mask):
        rows, seq, _ = x.shape
        q = rotate(self.normed("q_norm", self.q_proj(x)).transpose(1, 2), cos, sin)
        k = rotate(self.normed("k_norm", self.k_proj(x)).transpose(1, 2), cos, sin)
        v = self.v_proj(x).view(rows, seq, -1, self.head).transpose(1, 2)
        group = q.shape[1] // k.shape[1]
        k, v = k.repeat_interleave(group, 1), v.repeat_interleave(group, 1)
        weights = (q @ k.transpose(-1, -2) / math.sqrt(self.head) + mask).softmax(-1)
        return self.o_proj((weights @ v).transpose(1, 2).reshape(rows, seq, -1))


class Expert(nn.Module):
    """The SwiGLU of one expert, or of a network that has but one."""

    def __init__(self, c):
        super().__init__()
        d, f, (self.gate, self.up, self.down) = c["hidden_size"], c["inner"], c["names"]
        for name, sizes in ((self.gate, (d, f)), (self.up, (d, f)), (self.down, (f, d))):
            self.add_module(name, linear(*sizes))

    def forward(self, x):
        gate, up, down = (getattr(self, name) for name in (self.gate, self.up, self.down))
        return down(F.silu(gate(x)) * up(x))


class Experts(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.top, self.to_1 = c["num_experts_per_tok"], c["norm_topk_prob"]
        self.gate = linear(c["hidden_size"], c["num_experts"])
        self.experts = nn.ModuleList(Expert(c) for _ in range(c["num_experts"]))

    def forward(self, x):
        shape, x = x.shape, x.reshape(-1, x.shape[-1])
        logits = self.gate(x)
        probability = logits.softmax(-1)
        weight, choice = probability.topk(self.top, -1)
        if self.to_1:
            weight = weight / weight.sum(-1, keepdim=True)
        out, load = torch.zeros_like(x), []
        for e, expert in enumerate(self.experts):
            token, slot = (choice == e).nonzero(as_tuple=True)
            load.append(token.numel() / choice.numel())
            out = out.index_add(0, token, expert(x[token]) * weight[token, slot, None])
        balance = len(self.experts) * (torch.tensor(load) * probability.mean(0)).sum()
        return out.view(shape), balance, logits.logsumexp(-1).pow(2).mean()


class Layer(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.post, self.block = c["post"], c["experts"] or "mlp"
        norms = ["post_attention_layernorm", "post_feedforward_layernorm"]
        self.norms = norms if self.post else ["input_layernorm", "post_attention_layernorm"]
        self.self_attn = Attention(c)
        self.add_module(self.block, Experts(c) if c["experts"] else Expert(c))
        for name in self.norms:
            self.add_module(name, RMSNorm(c["hidden_size"], c["rms_norm_eps"]))

    def forward(self, x, *positions):
        norm, other = (getattr(self, name) for name in self.norms)
        block = getattr(self, self.block)
        if self.post:
            x = x + norm(self.self_attn(x, *positions))
            return x + other(block(x)), 0, 0
        x = x + self.self_attn(norm(x), *positions)
        out = block(other(x))
        out, balance, z = out if isinstance(out, tuple) else (out, 0, 0)
        return x + out, balance, z


def completed(c):
    """A config.json with what its family says besides, and where it says nothing."""
    name = c.get("model_type")
    if name not in FAMILIES:
        raise SystemExit(f"model_type is {name!r}; this example has networks of {', '.join(FAMILIES)}")
    family = dict(dict(qk=None, bias=False, post=False, experts=None, names=("gate_proj", "up_proj", "down_proj")),
                  **FAMILIES[name])
    rope = c.get("rope_parameters") or c.get("rope_scaling") or {}
    kind = rope.get("rope_type", rope.get("type", "default"))
    if kind != "default":
        raise SystemExit(f"the rotary embedding is scaled ({kind}), which this example does not do")
    defaults = {
        "head_dim": family.get("head", c["hidden_size"] // c["num_attention_heads"]),
        "num_key_value_heads": c["num_attention_heads"], "rms_norm_eps": family.get("eps", 1e-6),
        "rope_theta": rope.get("rope_theta", family.get("theta", 10000.0)), "tie_word_embeddings": False,
        "router_aux_loss_coef": family.get("aux", 0.001), "router_z_loss_coef": family.get("z", 0.001),
        "norm_topk_prob": family.get("top_k", False), "num_experts": c.get("num_local_experts"),
        "inner": c["moe_intermediate_size" if name == "qwen3_moe" else "intermediate_size"],
    }
    said = {key: value for key, value in c.items() if value is not None}
    return {**defaults, **said, **{key: family[key] for key in ("qk", "bias", "post", "experts", "names")}}


class Network(nn.Module):
    """forward gives the cross-entropy and the objective, in which the auxiliary losses are."""

    def __init__(self, c):
        super().__init__()
        self.c = c = completed(c)
        self.model = nn.Module()
        self.model.embed_tokens = nn.Embedding(c["vocab_size"], c["hidden_size"])
        self.model.layers = nn.ModuleList(Layer(c) for _ in range(c["num_hidden_layers"]))
        self.model.norm = RMSNorm(c["hidden_size"], c["rms_norm_eps"])
        if not c["tie_word_embeddings"]:
            self.lm_head = linear(c["hidden_size"], c["vocab_size"])

    @classmethod
    def load(cls, folder):
        path = f"{folder}/model.safetensors"
        if not os.path.exists(path):
            raise SystemExit(f"{path} is not there; weights in many files are not read by this example")
        with open(f"{folder}/config.json") as f:
            net = cls(json.load(f))
        weights = read(path)
        if stacked := [name for name in weights if "experts.gate_up_proj" in name or "switch_mlp" in name]:
            raise SystemExit(f"{stacked[0]} has all experts of a layer; this example has them one by one, as "
                             "sparkling widen --layout apart writes them")
        if net.c["tie_word_embeddings"]:
            weights.pop("lm_head.weight", None)  # the embedding once more
        differ = net.load_state_dict(weights, strict=False)
        if wrong := differ.unexpected_keys + differ.missing_keys:
            raise SystemExit(f"{wrong[0]} is in {path} or in this example's network, and not in both")
        return net

    def forward(self, ids, labels):
        c, seq, half = self.c, ids.shape[1], self.c["head_dim"] // 2
        frequency = c["rope_theta"] ** (-torch.arange(half, dtype=torch.float64) / half)
        angle = torch.outer(torch.arange(seq, dtype=torch.float64), frequency)
        positions = angle.cos().float(), angle.sin().float(), torch.full((seq, seq), float("-inf")).triu(1)
        x, balance, z = self.model.embed_tokens(ids), 0, 0
        for layer in self.model.layers:
            x, b, s = layer(x, *positions)
            balance, z = balance + b / c["num_hidden_layers"], z + s / c["num_hidden_layers"]
        head = self.model.embed_tokens.weight if c["tie_word_embeddings"] else self.lm_head.weight
        logits = F.linear(self.model.norm(x), head)
        loss = F.cross_entropy(logits.flatten(0, 1), labels.flatten())
        return loss, loss + c["router_aux_loss_coef"] * balance + c["router_z_loss_coef"] * z
