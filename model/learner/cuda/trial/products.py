"""How fast PyTorch makes the matrix products of a list, in bf16: one line of JSON in, one line out.

A product of several groups is one batched product of equal groups, which is the best that a library may be given.
"""

import json
import sys
import time

import torch


def operands(p, device):
    """a and b so that a @ b is the product: of each group where there are several."""
    e, m, n, k = p["groups"], p["m"], p["n"], p["k"]
    if p["form"] == "tn":
        k //= e
    else:
        m //= e
    draw = lambda rows, cols: torch.randn(e, rows, cols, device=device, dtype=torch.bfloat16)
    a = draw(k, m).transpose(1, 2) if p["form"] == "tn" else draw(m, k)
    b = draw(n, k).transpose(1, 2) if p["form"] == "nt" else draw(k, n)
    return (a[0], b[0], m, n, k) if e == 1 else (a, b, m, n, k)


def seconds(a, b, repeats, device):
    for _ in range(2):
        a @ b
    if device == "cpu":
        begun = time.perf_counter()
        for _ in range(repeats):
            a @ b
        return (time.perf_counter() - begun) / repeats
    first, last = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    first.record()
    for _ in range(repeats):
        a @ b
    last.record()
    torch.cuda.synchronize()
    return first.elapsed_time(last) / 1000 / repeats


def main():
    job = json.loads(sys.stdin.readline())
    if job["device"] == "cuda" and not torch.cuda.is_available():
        print(json.dumps({"missing": "PyTorch %s finds no GPU" % torch.__version__}))
        return
    rates = []
    for p in job["products"]:
        a, b, m, n, k = operands(p, job["device"])
        rates.append(2 * p["groups"] * m * n * k / seconds(a, b, job["repeats"], job["device"]) / 1e12)
    print(json.dumps({"version": torch.__version__, "tflops": rates}))


main()
