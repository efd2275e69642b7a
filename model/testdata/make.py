"""Makes a set of reference numbers with PyTorch, which shares nothing with the code under test but the conventions:

    python3 make.py OUT SEED adamw|muon RATIO VOCAB D LAYERS HEADS KV HEAD_DIM EXPERTS TOPK F ROWS SEQ

odd_f32 is: odd_f32 1 adamw 1.5 23 10 1 2 1 6 3 1 6 2 9. Nothing in it is a multiple of a vector, and nothing is doubled.
go test ./model/... -fixtures OUT compares with any set. AXES="inner hidden" in the environment leaves axes out.
"""
import json, math, os, struct, sys
import torch
from torch.nn import functional as F

torch.manual_seed(int(sys.argv[2]))
OUT, OPT, RATIO = sys.argv[1], sys.argv[3], float(sys.argv[4])
NAMES = ["vocab", "d", "layers", "heads", "kv", "hd", "experts", "topk", "f"]
CFG = dict(zip(NAMES, map(int, sys.argv[5:14])))
ROWS, SEQ = int(sys.argv[14]), int(sys.argv[15])
CFG.update(eps=1e-6, rope=10000.0, renorm=True, lb=0.01, z=0.001, lb_hf=False, std=0.1, logit_mult=1.0)
WD, B1, B2, EPS, MU = 0.1, 0.9, 0.95, 1e-8, 0.95
os.makedirs(OUT, exist_ok=True)

def save(name, tensors, meta=None):
    kinds = {torch.float32: "F32", torch.int64: "I64", torch.bool: "BOOL"}
    head, data = {}, b""
    if meta: head["__metadata__"] = {k: str(v) for k, v in meta.items()}
    for k in sorted(tensors):
        x = tensors[k].detach().contiguous()
        b = x.numpy().tobytes()
        head[k] = {"dtype": kinds[x.dtype], "shape": list(x.shape), "data_offsets": [len(data), len(data) + len(b)]}
        data += b
    h = json.dumps(head).encode()
    h += b" " * (-len(h) % 8)
    open(f"{OUT}/{name}.safetensors", "wb").write(struct.pack("<Q", len(h)) + h + data)

def shapes(c):
    s = {"model.embed_tokens.weight": ("emb", c["vocab"], "d"), "model.norm.weight": ("gain", "d")}
    q, kv = c["heads"] * c["hd"], c["kv"] * c["hd"]
    for l in range(c["layers"]):
        p = f"model.layers.{l}."
        s[p + "input_layernorm.weight"] = s[p + "post_attention_layernorm.weight"] = ("gain", "d")
        for n, r in (("q", q), ("k", kv), ("v", kv)): s[p + f"self_attn.{n}_proj.weight"] = ("mat", r, "d")
        s[p + "self_attn.o_proj.weight"] = ("mat", "d", q)
        for n in "qk": s[p + f"self_attn.{n}_norm.weight"] = ("gain", c["hd"])
        s[p + "mlp.gate.weight"] = ("mat", c["experts"], "d")
        for e in range(c["experts"]):
            x = p + f"mlp.experts.{e}."
            s[x + "gate_proj.weight"] = s[x + "up_proj.weight"] = ("mat", "f", "d")
            s[x + "down_proj.weight"] = ("mat", "d", "f")
    return s

def size(x, c): return c[x] if isinstance(x, str) else x

def norm(x, g, eps): return x * torch.rsqrt((x * x).mean(-1, keepdim=True) + eps) * g

def rope(x, base):
    n, hd = x.shape[-2], x.shape[-1]
    inv = base ** (-torch.arange(0, hd, 2, dtype=torch.float64) / hd)
    a = torch.outer(torch.arange(n, dtype=torch.float64), inv)
    cos, sin = torch.cat([a.cos()] * 2, -1).float(), torch.cat([a.sin()] * 2, -1).float()
    u, v = x.chunk(2, -1)
    return x * cos + torch.cat([-v, u], -1) * sin

def forward(w, c, ids):
    B, S = ids.shape
    h = w["model.embed_tokens.weight"][ids]
    lbs, zs = [], []
    mask = torch.full((S, S), -math.inf).triu(1)
    for l in range(c["layers"]):
        p = f"model.layers.{l}."
        x = norm(h, w[p + "input_layernorm.weight"], c["eps"])
        def heads(n, k): return (x @ w[p + f"self_attn.{n}_proj.weight"].T).view(B, S, k, c["hd"])
        q = rope(norm(heads("q", c["heads"]), w[p + "self_attn.q_norm.weight"], c["eps"]).transpose(1, 2), c["rope"])
        k = rope(norm(heads("k", c["kv"]), w[p + "self_attn.k_norm.weight"], c["eps"]).transpose(1, 2), c["rope"])
        v = heads("v", c["kv"]).transpose(1, 2)
        g = c["heads"] // c["kv"]
        k, v = k.repeat_interleave(g, 1), v.repeat_interleave(g, 1)
        a = torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(c["hd"]) + mask, -1) @ v
        h = h + a.transpose(1, 2).reshape(B, S, -1) @ w[p + "self_attn.o_proj.weight"].T
        x = norm(h, w[p + "post_attention_layernorm.weight"], c["eps"]).view(B * S, -1)
        r = x @ w[p + "mlp.gate.weight"].T
        P = torch.softmax(r, -1)
        top, at = P.topk(c["topk"], -1)
        top = top / top.sum(-1, keepdim=True)
        y = torch.zeros_like(x)
        load = torch.zeros(c["experts"])
        for e in range(c["experts"]):
            n = p + f"mlp.experts.{e}."
            wt = (top * (at == e)).sum(-1)
            sel = (at == e).any(-1)
            load[e] = sel.sum()
            u = F.silu(x @ w[n + "gate_proj.weight"].T) * (x @ w[n + "up_proj.weight"].T)
            y = y + (u @ w[n + "down_proj.weight"].T) * wt[:, None]
        lbs.append(c["experts"] * (load / (B * S * c["topk"]) * P.mean(0)).sum())
        zs.append((torch.logsumexp(r, -1) ** 2).mean())
        h = h + y.view(B, S, -1)
    logits = c["logit_mult"] * (norm(h, w["model.norm.weight"], c["eps"]) @ w["model.embed_tokens.weight"].T)
    return logits, sum(lbs) / len(lbs), sum(zs) / len(zs)

def losses(w, c, ids, labels):
    logits, lb, z = forward(w, c, ids)
    ce = F.cross_entropy(logits.view(-1, c["vocab"]), labels.view(-1), ignore_index=-100)
    return logits, ce, lb, z, ce + c["lb"] * lb + c["z"] * z

def isMuon(n): return any(k in n for k in ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"))

def ns5(g):
    x = g / (g.norm() + 1e-7)
    t = g.shape[0] > g.shape[1]
    if t: x = x.T
    for _ in range(5):
        a = x @ x.T
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return x.T if t else x

def train(w, c, m, v, t0, lrs, ids, labels):
    """Updates w, m and v, one step for every entry of lrs: a rate, or a function from a name to a tensor of rates."""
    ces = []
    for i, lr in enumerate(lrs):
        w = {k: x.detach().requires_grad_() for k, x in w.items()}
        _, ce, _, _, obj = losses(w, c, ids, labels)
        obj.backward()
        ces.append(ce.item())
        t, new = t0 + i + 1, {}
        for k, x in w.items():
            g, r = x.grad, lr(k) if callable(lr) else lr
            p = x.detach() - r * WD * x.detach()
            if OPT == "muon" and isMuon(k):
                m[k] = MU * m[k] + g
                p = p - r * 0.2 * math.sqrt(max(g.shape)) * ns5(g + MU * m[k])
            else:
                m[k] = B1 * m[k] + (1 - B1) * g
                v[k] = B2 * v[k] + (1 - B2) * g * g
                p = p - r * (m[k] / (1 - B1 ** t)) / ((v[k] / (1 - B2 ** t)).sqrt() + EPS)
            new[k] = p
        w = new
    return w, m, v, ces

def copies(n, now): return torch.arange(now) % n

def alpha(n, now, both):
    if not both: return math.sqrt(n / now)
    m = torch.bincount(copies(n, now), minlength=n)
    return math.sqrt(n / int((m * m).sum()))

def widen(w, c, to, kind):
    """kind is copy, naive (copies without the factor), zerocopy or uneven."""
    new = {}
    for k, s in shapes(c).items():
        x, dims = w[k], s[1:]
        for i, dim in enumerate(dims):
            if not isinstance(dim, str) or c[dim] == to[dim]: continue
            n, now = c[dim], to[dim]
            fanout = s[0] == "mat" and i == 0 or s[0] == "emb"
            wide = x.index_select(i, copies(n, now)).clone()
            if kind == "zerocopy" and fanout and "gate_proj" not in k: wide.narrow(i, n, now - n).zero_()
            if s[0] == "mat" and i == 1 and kind != "naive":
                if kind == "uneven":
                    f = torch.tensor([1 / 3] * n + [2 / 3] * n)
                else:
                    f = torch.full((now,), alpha(n, now, kind == "copy"))
                wide = wide * f
            x = wide
        new[k] = x
    mult = c["logit_mult"]
    if to["d"] != c["d"] and kind != "naive":
        mult *= alpha(c["d"], to["d"], kind != "zerocopy")
    return new, dict(to, logit_mult=mult)

def states(w, c, to, how, power):
    new = {}
    for k, s in shapes(c).items():
        x = w[k]
        for i, dim in enumerate(s[1:]):
            if not isinstance(dim, str) or c[dim] == to[dim]: continue
            n, now = c[dim], to[dim]
            wide = x.index_select(i, copies(n, now)).clone()
            if how != "copy": wide.narrow(i, n, now - n).zero_()
            if how == "asym_scaled" and s[0] == "mat" and i == 1:
                wide = wide * torch.tensor(alpha(n, now, True)).float() ** power
            x = wide
        new[k] = x
    return new

def masks(c, to):
    new = {}
    for k, s in shapes(c).items():
        x = torch.ones([size(d, to) for d in s[1:]], dtype=torch.bool)
        x[tuple(slice(0, size(d, c)) for d in s[1:])] = False
        new[k] = x
    return new

w = {k: torch.ones([size(d, CFG) for d in s[1:]]) + 0.1 * torch.randn([size(d, CFG) for d in s[1:]]) if s[0] == "gain"
     else 0.1 * torch.randn([size(d, CFG) for d in s[1:]]) for k, s in shapes(CFG).items()}
ids = torch.randint(0, CFG["vocab"], (ROWS, SEQ))
labels = torch.randint(0, CFG["vocab"], (ROWS, SEQ))
labels[0, 0] = labels[-1, -1] = -100
save("weights_init", w, CFG)
g = {k: x.clone().requires_grad_() for k, x in w.items()}
logits, ce, lb, z, obj = losses(g, CFG, ids, labels)
obj.backward()
one = lambda x: x.detach().reshape(1)
save("batch", dict(input_ids=ids, labels=labels, logits=logits, loss=one(ce), lb=one(lb), z=one(z), objective=one(obj)))
save("grads", {k: x.grad for k, x in g.items()})
zeros = lambda w: {k: torch.zeros_like(x) for k, x in w.items()}
LR = [0.005, 0.01, 0.009]
w, m, v, ces = train(w, CFG, zeros(w), zeros(w), 0, LR, ids, labels)
save("weights_step3", w, CFG); save("opt_m_step3", m); save("opt_v_step3", v)
js = dict(config=CFG, opt=OPT, lr=LR, wd=WD, b1=B1, b2=B2, eps=EPS, mu=MU, ce=ces, ratio=RATIO, widened={})
before = losses(w, CFG, ids, labels)[0]
for axis in os.environ.get("AXES", "inner hidden joint").split():
    to = dict(CFG)
    for d in {"inner": "f", "hidden": "d", "joint": "df"}[axis]: to[d] = round(CFG[d] * RATIO)
    out, p = {"logits3": before}, f"widen_{axis}"
    for kind, suffix in (("copy", ""), ("naive", "_naive"), ("zerocopy", "_zerocopy"), ("uneven", "_uneven")):
        if kind == "uneven" and RATIO != 2: continue
        x, c = widen(w, CFG, to, kind)
        save(p + suffix, x, c)
        lg, ce2, *_ = losses(x, c, ids, labels)
        if kind != "uneven": out["logits" + suffix] = lg
        if kind == "copy": big, bc = x, c; out["loss"] = one(ce2)
    save(p + "_out", out)
    mask = masks(CFG, to)
    save(p + "_newmask", mask)
    for q, s, power in (("m", m, 1), ("v", v, 2)):
        for how in ("asym", "copy", "asym_scaled"): save(f"{p}_{q}_{how}", states(s, CFG, to, how, power))
    old, new = [0.01, 0.01, 0.0095], [0.01, 0.0115, 0.013]
    rate = lambda i: lambda k: torch.where(mask[k], torch.tensor(new[i]), torch.tensor(old[i]))
    big, _, _, ces = train(big, bc, states(m, CFG, to, "asym", 1), states(v, CFG, to, "asym", 2), 3, [rate(i) for i in range(3)], ids, labels)
    save(p + "_step3", big, bc)
    js["widened"][axis] = dict(config=bc, ce=ces, lr_old=old, lr_new=new)
json.dump(js, open(f"{OUT}/losses.json", "w"), indent=1)
