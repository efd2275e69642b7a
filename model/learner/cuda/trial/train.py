"""The paper's network in PyTorch as one would write it for research on a GPU, and how fast it trains.

One line of JSON in (the shape, an update, the optimizer, a limit of time), one line out: the seconds and the
cross-entropy of each update, on the same tokens again and again. Weights are float32, products bf16 under autocast.
"how" is eager, expert after expert, or grouped_mm, all experts in one product. Where weights are given they are those
of the Go program, and so are the tokens: then the losses can be compared.
"""

import base64
import json
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


# The product of all experts at once; None where this PyTorch has none. Newer ones have it under the first name.
grouped_mm = getattr(F, "grouped_mm", getattr(torch, "_grouped_mm", None))


def norm(x, weight, eps):
    if hasattr(F, "rms_norm"):
        return F.rms_norm(x, weight.shape, weight.to(x.dtype), eps)
    y = x.float()
    return (y * torch.rsqrt(y.pow(2).mean(-1, keepdim=True) + eps) * weight).to(x.dtype)


def rotate(x, cos, sin):
    """The rotary embedding of x (batch, heads, seq, head_dim): the first half of each head turns with the second."""
    a, b = x.chunk(2, dim=-1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), dim=-1).to(x.dtype)


def attend(q, k, v):
    """Causal attention; each key serves a group of queries."""
    group = q.shape[1] // k.shape[1]
    k, v = k.repeat_interleave(group, 1), v.repeat_interleave(group, 1)
    if hasattr(F, "scaled_dot_product_attention"):
        return F.scaled_dot_product_attention(q, k, v, is_causal=True)
    mask = torch.full((q.shape[2], q.shape[2]), float("-inf"), device=q.device).triu(1)
    return (q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5 + mask).softmax(-1).to(v.dtype) @ v


class Layer(nn.Module):
    def __init__(self, c, how):
        super().__init__()
        self.c, self.how = c, how
        d, f, e, h = c["hidden"], c["inner"], c["experts"], c["head_dim"]
        a, b = c["heads"] * h, c["kv_heads"] * h
        matrix = lambda *shape: nn.Parameter(torch.randn(*shape, device=DEVICE) * c["init_std"])
        ones = lambda n: nn.Parameter(torch.ones(n, device=DEVICE))
        self.norm1, self.norm2, self.q_norm, self.k_norm = ones(d), ones(d), ones(h), ones(h)
        self.qkv, self.o = matrix(a + 2 * b, d), matrix(d, a)
        self.router, self.gate_up, self.down = matrix(e, d), matrix(e, 2 * f, d), matrix(e, d, f)

    def forward(self, x, cos, sin):
        x = x + self.attention(norm(x, self.norm1, self.c["norm_eps"]), cos, sin)
        y, aux, z = self.experts(norm(x, self.norm2, self.c["norm_eps"]))
        return x + y, aux, z

    def attention(self, x, cos, sin):
        c, (n, t, _) = self.c, x.shape
        sizes = [c["heads"] * c["head_dim"], c["kv_heads"] * c["head_dim"], c["kv_heads"] * c["head_dim"]]
        split = lambda y: y.view(n, t, -1, c["head_dim"])
        q, k, v = F.linear(x, self.qkv).split(sizes, -1)
        q = norm(split(q), self.q_norm, c["norm_eps"]).transpose(1, 2)
        k = norm(split(k), self.k_norm, c["norm_eps"]).transpose(1, 2)
        out = attend(rotate(q, cos, sin), rotate(k, cos, sin), split(v).transpose(1, 2))
        return F.linear(out.transpose(1, 2).reshape(n, t, -1), self.o)

    def experts(self, x):
        c, shape = self.c, x.shape
        x = x.reshape(-1, shape[-1])
        with torch.autocast(x.device.type, enabled=False):
            logits = F.linear(x.float(), self.router)
        prob = logits.softmax(-1)
        top, choice = prob.topk(c["top_k"], -1)
        top = top / top.sum(-1, keepdim=True)
        load = torch.bincount(choice.flatten(), minlength=c["experts"])
        out = (self.grouped if self.how == "grouped_mm" else self.eager)(x, top, choice, load)
        aux = c["experts"] * (load / choice.numel() * prob.mean(0)).sum()
        return out.view(shape), aux, logits.logsumexp(-1).pow(2).mean()

    def eager(self, x, top, choice, load):
        out = torch.zeros_like(x)
        for e in range(self.c["experts"]):
            token, slot = (choice == e).nonzero(as_tuple=True)
            gate, up = F.linear(x.index_select(0, token), self.gate_up[e]).chunk(2, -1)
            y = F.linear(F.silu(gate) * up, self.down[e]) * top[token, slot, None]
            out = out.index_add(0, token, y.to(out.dtype))
        return out

    def grouped(self, x, top, choice, load):
        order = choice.flatten().argsort(stable=True)
        token, ends = order // choice.shape[1], load.cumsum(0).to(torch.int32)
        weights = lambda w: w.to(torch.bfloat16).transpose(1, 2)
        rows = x.index_select(0, token).to(torch.bfloat16)
        gate, up = grouped_mm(rows, weights(self.gate_up), offs=ends).chunk(2, -1)
        y = grouped_mm(F.silu(gate) * up, weights(self.down), offs=ends)
        y = y * top.flatten()[order, None]
        return torch.zeros_like(x).index_add(0, token, y.to(x.dtype))


class Network(nn.Module):
    def __init__(self, c, seq, how):
        super().__init__()
        self.c = c
        self.embed = nn.Parameter(torch.randn(c["vocab"], c["hidden"], device=DEVICE) * c["init_std"])
        self.layers = nn.ModuleList(Layer(c, how) for _ in range(c["layers"]))
        self.norm = nn.Parameter(torch.ones(c["hidden"], device=DEVICE))
        half = c["head_dim"] // 2
        frequency = c["rope_base"] ** (-torch.arange(half, dtype=torch.float64) / half)
        angle = torch.outer(torch.arange(seq, dtype=torch.float64), frequency)
        self.cos, self.sin = angle.cos().float().to(DEVICE), angle.sin().float().to(DEVICE)

    def forward(self, ids, labels):
        c, x, aux, z = self.c, F.embedding(ids, self.embed), 0, 0
        for layer in self.layers:
            x, a, b = layer(x, self.cos, self.sin)
            aux, z = aux + a / c["layers"], z + b / c["layers"]
        logits = F.linear(norm(x, self.norm, c["norm_eps"]), self.embed)
        ce = F.cross_entropy(logits.view(-1, c["vocab"]).float(), labels.view(-1), ignore_index=-100)
        return ce, ce + c["aux_loss_coef"] * aux + c["z_loss_coef"] * z

    def load(self, given):
        """Takes weights by the names that checkpoints have."""
        def at(name):
            t = given[name]
            return torch.frombuffer(bytearray(base64.b64decode(t["data"])), dtype=torch.float32).view(t["shape"])
        with torch.no_grad():
            self.embed.copy_(at("model.embed_tokens.weight"))
            self.norm.copy_(at("model.norm.weight"))
            for i, layer in enumerate(self.layers):
                p = "model.layers.%d." % i
                layer.norm1.copy_(at(p + "input_layernorm.weight"))
                layer.norm2.copy_(at(p + "post_attention_layernorm.weight"))
                layer.q_norm.copy_(at(p + "self_attn.q_norm.weight"))
                layer.k_norm.copy_(at(p + "self_attn.k_norm.weight"))
                layer.qkv.copy_(torch.cat([at(p + "self_attn.%s_proj.weight" % n) for n in "qkv"]))
                layer.o.copy_(at(p + "self_attn.o_proj.weight"))
                layer.router.copy_(at(p + "mlp.gate.weight"))
                for e in range(self.c["experts"]):
                    expert = lambda n: at(p + "mlp.experts.%d.%s_proj.weight" % (e, n))
                    layer.gate_up[e].copy_(torch.cat([expert("gate"), expert("up")]))
                    layer.down[e].copy_(expert("down"))


def update(net, adamw, ids, labels):
    """One update on several batches: the mean of their gradients."""
    adamw.zero_grad(set_to_none=True)
    total = 0
    for i in range(len(ids)):
        with torch.autocast(DEVICE, dtype=torch.bfloat16, enabled=DEVICE == "cuda"):
            ce, loss = net(ids[i], labels[i])
        (loss / len(ids)).backward()
        total += ce.detach() / len(ids)
    adamw.step()
    return float(total)


def train(job, batch):
    c, o, seq = job["model"], job["optimizer"], job["seq"]
    torch.manual_seed(1)
    net = Network(c, seq, job["how"])
    if "weights" in job:
        net.load(job["weights"])
        ids, labels = torch.tensor(job["ids"]), torch.tensor(job["labels"])
    else:
        tokens = job["batch"] * seq * job["accumulate"]
        few = min(c["vocab"], 1000)
        ids = torch.randint(few, (tokens,))
        labels = (ids * 5 + 3) % few
    ids, labels = (x.view(-1, batch, seq).to(DEVICE) for x in (ids, labels))
    more = {"fused": True} if DEVICE == "cuda" else {}
    adamw = torch.optim.AdamW(net.parameters(), lr=o["lr"], betas=(o["beta1"], o["beta2"]), eps=o["eps"],
                              weight_decay=o["weight_decay"], **more)
    losses, seconds, begun = [], [], time.perf_counter()
    while len(losses) < job["updates"] and time.perf_counter() - begun < job["limit_seconds"]:
        first = time.perf_counter()
        losses.append(update(net, adamw, ids, labels))
        seconds.append(time.perf_counter() - first)
    memory = torch.cuda.max_memory_allocated() if DEVICE == "cuda" else 0
    return {"version": torch.__version__, "losses": losses, "seconds": seconds, "memory": memory, "batch": batch}


def main(job):
    if DEVICE == "cuda" and not torch.cuda.is_available():
        return {"missing": "PyTorch %s finds no GPU" % torch.__version__}
    if job["how"] == "grouped_mm" and grouped_mm is None:
        return {"missing": "PyTorch %s has no grouped_mm" % torch.__version__}
    batch = job["batch"]
    while True:
        try:
            return train(job, batch)
        except torch.cuda.OutOfMemoryError:
            if batch % 2:
                return {"missing": "PyTorch has too little memory for one sequence at once"}
        batch //= 2
        torch.cuda.empty_cache()


JOB = json.loads(sys.stdin.readline())
DEVICE = JOB["device"]
print(json.dumps(main(JOB)))
