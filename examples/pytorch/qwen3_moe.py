"""A small Qwen3-MoE in plain PyTorch, under the names that its checkpoints have, and safetensors without a library.

It is here to be read beside go_on.py, and for networks that fit on a processor; a trainer has its own.
"""

import json
import math
import struct

import torch
import torch.nn as nn
import torch.nn.functional as F

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


def linear(inputs, outputs):
    return nn.Linear(inputs, outputs, bias=False)


class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        d, self.head = c["hidden_size"], c["head_dim"]
        self.q_proj = linear(d, c["num_attention_heads"] * self.head)
        self.k_proj = linear(d, c["num_key_value_heads"] * self.head)
        self.v_proj = linear(d, c["num_key_value_heads"] * self.head)
        self.o_proj = linear(c["num_attention_heads"] * self.head, d)
        self.q_norm, self.k_norm = RMSNorm(self.head, c["rms_norm_eps"]), RMSNorm(self.head, c["rms_norm_eps"])

    def forward(self, x, cos, sin, mask):
        rows, seq, _ = x.shape
        split = lambda y: y.view(rows, seq, -1, self.head)
        q = rotate(self.q_norm(split(self.q_proj(x))).transpose(1, 2), cos, sin)
        k = rotate(self.k_norm(split(self.k_proj(x))).transpose(1, 2), cos, sin)
        v = split(self.v_proj(x)).transpose(1, 2)
        group = q.shape[1] // k.shape[1]
        k, v = k.repeat_interleave(group, 1), v.repeat_interleave(group, 1)
        weights = (q @ k.transpose(-1, -2) / math.sqrt(self.head) + mask).softmax(-1)
        return self.o_proj((weights @ v).transpose(1, 2).reshape(rows, seq, -1))


class Expert(nn.Module):
    def __init__(self, c):
        super().__init__()
        d, f = c["hidden_size"], c["moe_intermediate_size"]
        self.gate_proj, self.up_proj, self.down_proj = linear(d, f), linear(d, f), linear(f, d)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Experts(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.top = c["num_experts_per_tok"]
        self.gate = linear(c["hidden_size"], c["num_experts"])
        self.experts = nn.ModuleList(Expert(c) for _ in range(c["num_experts"]))

    def forward(self, x):
        shape, x = x.shape, x.reshape(-1, x.shape[-1])
        logits = self.gate(x)
        probability = logits.softmax(-1)
        weight, choice = probability.topk(self.top, -1)
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
        self.input_layernorm = RMSNorm(c["hidden_size"], c["rms_norm_eps"])
        self.self_attn = Attention(c)
        self.post_attention_layernorm = RMSNorm(c["hidden_size"], c["rms_norm_eps"])
        self.mlp = Experts(c)

    def forward(self, x, *positions):
        x = x + self.self_attn(self.input_layernorm(x), *positions)
        out, balance, z = self.mlp(self.post_attention_layernorm(x))
        return x + out, balance, z


class Qwen3Moe(nn.Module):
    """forward gives the cross-entropy and the objective, in which the auxiliary losses are."""

    def __init__(self, c):
        super().__init__()
        self.c = c
        c.setdefault("head_dim", c["hidden_size"] // c["num_attention_heads"])
        self.model = nn.Module()
        self.model.embed_tokens = nn.Embedding(c["vocab_size"], c["hidden_size"])
        self.model.layers = nn.ModuleList(Layer(c) for _ in range(c["num_hidden_layers"]))
        self.model.norm = RMSNorm(c["hidden_size"], c["rms_norm_eps"])
        if not c["tie_word_embeddings"]:
            self.lm_head = linear(c["hidden_size"], c["vocab_size"])

    @classmethod
    def load(cls, folder):
        with open(f"{folder}/config.json") as f:
            net = cls(json.load(f))
        net.load_state_dict(read(f"{folder}/model.safetensors"))
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
        return loss, loss + c["router_aux_loss_coef"] * balance + c.get("router_z_loss_coef", 0.001) * z
