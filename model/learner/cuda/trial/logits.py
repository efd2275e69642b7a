"""What Hugging Face's transformers compute of a checkpoint: one line of JSON in (a folder, symbols), one line out: the
logits of some places, in float32.
"""

import json
import sys

import torch


def main():
    job = json.loads(sys.stdin.readline())
    try:
        import transformers
    except ImportError:
        return {"missing": "Python has no transformers"}
    device = job["device"] if torch.cuda.is_available() else "cpu"
    torch.backends.cuda.matmul.allow_tf32 = False
    net = transformers.AutoModelForCausalLM.from_pretrained(job["folder"], torch_dtype=torch.float32)
    net = net.to(device).eval()
    ids = torch.tensor(job["ids"]).view(-1, job["seq"]).to(device)
    with torch.no_grad():
        logits = net(ids).logits.reshape(ids.numel(), -1)
    return {"version": transformers.__version__, "logits": logits[job["positions"]].flatten().tolist()}


print(json.dumps(main()))
