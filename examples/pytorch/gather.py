"""Gathers an optimizer's states from a distributed checkpoint of PyTorch's (.metadata and *.distcp, of which every
process has written its part) into one file of states under their parameters' names, as `sparkling widen` reads it:

    python3 gather.py FOLDER optimizer.pt

It needs no other process, and holds all states in memory once. PyTorch reads the folder's .metadata as a pickle, which
can run code: gather what you trust.
"""

import argparse
import re

import torch

try:
    import torch.distributed.checkpoint as distributed
except ModuleNotFoundError:  # its place before 2.0
    import torch.distributed._shard.checkpoint as distributed

# What stands before "state" is what the trainer called its optimizer.
STATE = re.compile(r"(?:.*?\.)?state\.(.+)\.(exp_avg|exp_avg_sq|max_exp_avg_sq|momentum_buffer|step)")


def gathered(folder):
    """{name: {"exp_avg": ..., ...}} of all states of a folder."""
    reader = distributed.FileSystemReader(folder)
    flat = {}
    for key, x in reader.read_metadata().state_dict_metadata.items():
        if STATE.fullmatch(key):
            # what is no tensor, as a step that is a plain number, is told by what it replaces
            flat[key] = torch.empty(x.size, dtype=x.properties.dtype) if hasattr(x, "properties") else 0
    distributed.load_state_dict(flat, reader, no_dist=True)
    states = {}
    for key, x in flat.items():
        name, kind = STATE.fullmatch(key).groups()
        states.setdefault(name, {})[kind] = x
    return states


def main():
    a = argparse.ArgumentParser()
    a.add_argument("folder", help="distributed checkpoint, with .metadata")
    a.add_argument("out", help="file for the states")
    a = a.parse_args()
    states = gathered(a.folder)
    if not states:
        a.error(f"{a.folder} holds no states of Adam's or Muon's under state.NAME.exp_avg and the like")
    torch.save(states, a.out)
    print(f"{a.out}: states of {len(states)} parameters.")


if __name__ == "__main__":
    main()
