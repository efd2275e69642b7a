"""Training steps of the Lab's network in PyTorch, as one would write them for research, on one thread.

It reads one line of JSON (the shape, the optimizer, weights and batches), answers with what runs here, and then makes
as many updates as each further line says, answering with their seconds and losses. The weights and batches are those
of the Go program, so that the losses can be compared.
"""

import base64
import json
import math
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


class RMSNorm(nn.Module):
    def __init__(self, weight, eps):
        super().__init__()
        self.weight, self.eps = nn.Parameter(weight), eps

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps) * self.weight


def rotate(x, cos, sin):
    """The rotary embedding of x (batch, heads, seq, head_dim): the first half of each head turns with the second."""
    a, b = x.chunk(2, dim=-1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), dim=-1)


class Attention(nn.Module):
    def __init__(self, c, p, w):
        super().__init__()
        self.c = c
        self.q, self.k, self.v, self.o = (nn.Parameter(w[f"{p}self_attn.{n}_proj.weight"]) for n in "qkvo")
        self.q_norm = RMSNorm(w[f"{p}self_attn.q_norm.weight"], c["norm_eps"])
        self.k_norm = RMSNorm(w[f"{p}self_attn.k_norm.weight"], c["norm_eps"])

    def forward(self, x, cos, sin, mask):
        n, t, _ = x.shape
        c = self.c
        split = lambda y, heads: y.view(n, t, heads, c["head_dim"])
        q = self.q_norm(split(F.linear(x, self.q), c["heads"])).transpose(1, 2)
        k = self.k_norm(split(F.linear(x, self.k), c["kv_heads"])).transpose(1, 2)
        v = split(F.linear(x, self.v), c["kv_heads"]).transpose(1, 2)
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        group = c["heads"] // c["kv_heads"]
        k, v = k.repeat_interleave(group, 1), v.repeat_interleave(group, 1)
        scores = (q @ k.transpose(-1, -2)) / math.sqrt(c["head_dim"])
        attended = (scores + mask).softmax(-1) @ v
        return F.linear(attended.transpose(1, 2).reshape(n, t, -1), self.o)


class Experts(nn.Module):
    def __init__(self, c, p, w):
        super().__init__()
        self.c = c
        self.router = nn.Parameter(w[f"{p}mlp.gate.weight"])
        stack = lambda n: nn.ParameterList(
            nn.Parameter(w[f"{p}mlp.experts.{e}.{n}_proj.weight"]) for e in range(c["experts"]))
        self.gate, self.up, self.down = stack("gate"), stack("up"), stack("down")

    def forward(self, x):
        c, shape = self.c, x.shape
        x = x.reshape(-1, shape[-1])
        logits = F.linear(x, self.router)
        prob = logits.softmax(-1)
        top, choice = prob.topk(c["top_k"], -1)
        top = top / top.sum(-1, keepdim=True)
        out = torch.zeros_like(x)
        load = []
        for e in range(c["experts"]):
            token, slot = (choice == e).nonzero(as_tuple=True)
            load.append(token.numel() / choice.numel())
            rows = x.index_select(0, token)
            h = F.silu(F.linear(rows, self.gate[e])) * F.linear(rows, self.up[e])
            out.index_add_(0, token, F.linear(h, self.down[e]) * top[token, slot, None])
        aux = c["experts"] * (torch.tensor(load) * prob.mean(0)).sum()
        z = logits.logsumexp(-1).pow(2).mean()
        return out.view(shape), aux, z


class Layer(nn.Module):
    def __init__(self, c, p, w):
        super().__init__()
        self.norm1 = RMSNorm(w[f"{p}input_layernorm.weight"], c["norm_eps"])
        self.attention = Attention(c, p, w)
        self.norm2 = RMSNorm(w[f"{p}post_attention_layernorm.weight"], c["norm_eps"])
        self.experts = Experts(c, p, w)

    def forward(self, x, cos, sin, mask):
        x = x + self.attention(self.norm1(x), cos, sin, mask)
        out, aux, z = self.experts(self.norm2(x))
        return x + out, aux, z


class Network(nn.Module):
    def __init__(self, c, w, seq):
        super().__init__()
        self.c = c
        self.embed = nn.Parameter(w["model.embed_tokens.weight"])
        self.layers = nn.ModuleList(Layer(c, f"model.layers.{l}.", w) for l in range(c["layers"]))
        self.norm = RMSNorm(w["model.norm.weight"], c["norm_eps"])
        half = c["head_dim"] // 2
        frequency = c["rope_base"] ** (-torch.arange(half, dtype=torch.float64) / half)
        angle = torch.outer(torch.arange(seq, dtype=torch.float64), frequency)
        self.cos, self.sin = angle.cos().float(), angle.sin().float()
        self.mask = torch.full((seq, seq), float("-inf")).triu(1)

    def forward(self, ids, labels):
        c = self.c
        x = F.embedding(ids, self.embed)
        aux, z = 0, 0
        for layer in self.layers:
            x, a, zz = layer(x, self.cos, self.sin, self.mask)
            aux, z = aux + a / c["layers"], z + zz / c["layers"]
        logits = F.linear(self.norm(x), self.embed)
        ce = F.cross_entropy(logits.view(-1, c["vocab"]), labels.view(-1))
        return ce, ce + c["aux_loss_coef"] * aux + c["z_loss_coef"] * z


def main():
    torch.set_num_threads(1)
    job = json.loads(sys.stdin.readline())
    w = {name: torch.frombuffer(bytearray(base64.b64decode(t["data"])), dtype=torch.float32).view(t["shape"])
         for name, t in job["weights"].items()}
    ids = torch.tensor(job["ids"]).view(2, -1, job["batch"], job["seq"])
    c, o = job["model"], job["optimizer"]
    net = Network(c, w, job["seq"])
    # Updating all parameters in one call takes as long here as the loop over them.
    adamw = torch.optim.AdamW(net.parameters(), lr=job["lr"], betas=(o["beta1"], o["beta2"]), eps=o["eps"],
                              weight_decay=o["weight_decay"], foreach=True)
    print(json.dumps({"version": torch.__version__, "threads": torch.get_num_threads()}), flush=True)
    step = 0
    for line in sys.stdin:
        losses = []
        begun = time.perf_counter()
        for _ in range(int(line)):
            at = step % ids.shape[1]
            step += 1
            ce, loss = net(ids[0, at], ids[1, at])
            adamw.zero_grad(set_to_none=True)
            loss.backward()
            adamw.step()
            losses.append(ce.detach())
        seconds = time.perf_counter() - begun
        print(json.dumps({"seconds": seconds, "losses": [float(x) for x in losses]}), flush=True)


main()
