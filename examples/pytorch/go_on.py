"""Goes on training a network that `sparkling widen` has widened: its old parameters at the rate at which they were, its
new ones at a rate of their own, which is warmed up again (SPARKLING, Eq. 25-28).

NewParameters wraps any optimizer and is all that a trainer of your own needs; the rest is a loop around it:

    python3 go_on.py --model wide --batch batch.safetensors --steps 10
"""

import argparse
import json
import math
import os
import sys

import torch

from network import Network, read, write


def rewarmed(t, tau, left, begin, peak, final):
    """The rate t updates after the widening: from begin to peak in tau of them, then half a cosine down to final."""
    if t < tau:
        return begin + (peak - begin) * t / tau
    x = min((t - tau) / max(left - tau, 1), 1)
    return final + (peak - final) * (1 + math.cos(math.pi * x)) / 2


def baseline(recipe, t):
    """The rate of the old parameters, which goes on as it would have."""
    rate, peak, final = recipe["rate"], recipe["peak_rate"], recipe["final_rate"]
    x = min(t / recipe["steps_left"], 1)
    if recipe["schedule"] == "constant" or peak <= final:
        return rate
    if recipe["schedule"] == "linear":
        return rate + (final - rate) * x
    begun = math.acos(2 * (rate - final) / (peak - final) - 1) / math.pi
    return final + (peak - final) * (1 + math.cos(math.pi * (begun + (1 - begun) * x))) / 2


def new(path):
    """By name, True for every new element."""
    return {name[:-4]: x for name, x in read(path).items() if name.endswith(".new")}


class NewParameters:
    """An optimizer that moves new elements further, or less far, than the one it wraps.

    The update is scaled, after the step, and not the gradient: Adam divides the scale of a gradient away. What the
    optimizer's own rate is does not matter, nor who sets it: each group's rate at the first step is the one at the
    widening, and new elements get rewarmed(...) of it. masks has, by name, True for every new element.
    """

    def __init__(self, optimizer, named_parameters, masks, recipe):
        self.optimizer, self.recipe, self.t = optimizer, recipe, 0
        named = dict(named_parameters)
        new = {name: mask for name, mask in masks.items() if mask.any()}
        if missing := sorted(new.keys() - named.keys()):
            raise KeyError(f"{missing[0]} has new elements, and no parameter has that name: {len(missing)} such")
        self.masks = {named[name]: mask for name, mask in new.items()}
        self.begin = None  # rate of each group at the widening

    def scale(self, group, begin):
        """What the update of a group's new elements is multiplied by."""
        r = self.recipe
        final = r["final_rate"] * begin / r["rate"] if r["rate"] else 0
        rate = rewarmed(self.t, r["tau"], r["steps_left"], begin, r["rho"] * begin, final)
        return rate / group["lr"] if group["lr"] else 1

    @torch.no_grad()
    def step(self):
        groups = self.optimizer.param_groups
        self.begin = self.begin or [g["lr"] for g in groups]
        before = []
        for group, begin in zip(groups, self.begin):
            scale = self.scale(group, begin)
            before += [(p, self.masks[p], p[self.masks[p]], scale) for p in group["params"] if p in self.masks]
        self.optimizer.step()
        for p, mask, old, scale in before:
            p[mask] = old + scale * (p[mask] - old)
        self.t += 1

    def state_dict(self):
        return {"optimizer": self.optimizer.state_dict(), "t": self.t, "begin": self.begin}

    def load_state_dict(self, state):
        self.optimizer.load_state_dict(state["optimizer"])
        self.t, self.begin = state["t"], state["begin"]

    def __getattr__(self, name):  # zero_grad, param_groups and what a scheduler asks for
        return getattr(self.__dict__["optimizer"], name)


def known(folder, *keys):
    """The recipe of the folder, in which these must be said."""
    with open(f"{folder}/recipe.json") as f:
        recipe = json.load(f)
    if unknown := [key for key in keys if recipe[key] is None]:
        raise SystemExit(f"{folder}/recipe.json does not know {', '.join(unknown)}: write it there")
    return recipe


def from_safetensors(net, folder, betas, decay):
    """An optimizer with the states of safetensors files. Where there are none the moments begin at zero."""
    optimizer = torch.optim.AdamW(net.parameters(), lr=0.0, betas=betas, weight_decay=decay)
    moments = [f"{folder}/optimizer_{x}.safetensors" for x in "mv"]
    if not all(map(os.path.exists, moments)):
        print(f"neither what --optimizer says nor {moments[0]} is there: the moments begin at zero", file=sys.stderr)
        return optimizer
    m, v = map(read, moments)
    step = known(folder, "optimizer_steps")["optimizer_steps"]
    for name, p in net.named_parameters():
        optimizer.state[p] = {"step": torch.tensor(float(step)), "exp_avg": m[name], "exp_avg_sq": v[name]}
    return optimizer


def adamw(net, folder, saved, betas, decay):
    """The optimizer of the folder, with its states: as PyTorch saved them, or as safetensors files."""
    parameters, saved, order = dict(net.named_parameters()), f"{folder}/{saved}", f"{folder}/optimizer.names.json"
    if not os.path.exists(saved):
        if os.path.exists(order):
            raise SystemExit(f"{order} names the states of a file, and {saved} is not there: --optimizer says what it "
                             "is called")
        return from_safetensors(net, folder, betas, decay)
    if not os.path.exists(order):
        raise SystemExit(f"{saved} has its states under names; this example takes numbered ones, as "
                         "optimizer.state_dict() gives them")
    # before 2.0 PyTorch's restricted reader knew no fractions, and read no optimizer's file, its own neither
    state = torch.load(saved, **({} if torch.__version__ < "2" else {"weights_only": True}))
    with open(order) as f:
        names = json.load(f)
    if strange := [name for name in names if name not in parameters]:
        raise SystemExit(f"{saved} has a state of {strange[0]}, which this example's network does not have")
    if any(not {"step", "exp_avg", "exp_avg_sq"} <= x.keys() for x in state["state"].values()):
        raise SystemExit(f"{saved} has states of another optimizer than AdamW, which is this example's")
    names = iter(names)
    groups = [{"params": [parameters[next(names)] for _ in g["params"]]} for g in state["param_groups"]]
    optimizer = torch.optim.AdamW(groups)
    optimizer.load_state_dict(state)
    return optimizer


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--model", required=True, help="folder that sparkling widen has left")
    a.add_argument("--batch", required=True, help="safetensors file with input_ids and labels (rows, tokens)")
    a.add_argument("--steps", type=int, default=10)
    a.add_argument("--out", help="file for the weights afterwards")
    a.add_argument("--optimizer", default="optimizer.pt", help="what its file of states is called in the folder")
    a.add_argument("--betas", type=float, nargs=2, default=(0.9, 0.95), help="where no file of states says it")
    a.add_argument("--weight-decay", type=float, default=0.1, help="where no file of states says it")
    a = a.parse_args()
    net, batch = Network.load(a.model), read(a.batch)
    recipe = known(a.model, "rate", "peak_rate", "final_rate", "steps_left", "tau")
    masks = new(f"{a.model}/new_parameters.safetensors")
    inner = adamw(net, a.model, a.optimizer, a.betas, a.weight_decay)
    optimizer = NewParameters(inner, net.named_parameters(), masks, recipe)
    for t in range(a.steps):
        for group in optimizer.param_groups:
            group["lr"] = baseline(recipe, t)  # a scheduler's work in a trainer
        loss, objective = net(batch["input_ids"].long(), batch["labels"].long())
        optimizer.zero_grad()
        objective.backward()
        optimizer.step()
        print(json.dumps({"step": t, "loss": loss.item()}), flush=True)
    if a.out:
        write(a.out, dict(net.named_parameters()))


if __name__ == "__main__":
    main()
