"""An encoder with a path of the cell itself in torch and torch_geometric: output, gradients of sum(y * r), running statistics.

Run: python generate_own_path.py   (torch, torch_geometric as pinned in bench/peers/requirements-torch.txt)
Weights stand in the layout of torch. Six cells of which the last has no neighbours, two hidden layers of the path, one of the graph.
"""
import json
import sys
from pathlib import Path

import torch
import torch_geometric

sys.path.insert(0, str(Path(__file__).resolve().parents[4] / "bench" / "peers"))
from lab_network import Encoder, OwnPath  # noqa: E402

SEED = 0
torch.manual_seed(SEED)
NEIGHBOURS = [[1, 2], [0, 2, 3], [0, 1], [1, 4], [3], []]
edge_index = torch.tensor([[j for row in NEIGHBOURS for j in row], [i for i, row in enumerate(NEIGHBOURS) for _ in row]])
options = {"layers": 1, "hidden": 4, "heads": 1, "dropout": 0, "skip": False, "ownPath": 2}
recipe = {"backbone": "sage", "encoder": options}


def numbers(t):
    return {"shape": list(t.shape), "data": [float(v) for v in t.detach().flatten()]}


def case(normed):
    hidden = range(options["ownPath"])
    biased = [i for i in range(options["ownPath"] + 1) if not normed or i not in hidden]
    encoder = Encoder(recipe, 3, [], own=OwnPath(recipe, 3, hidden if normed else [], biased))
    for name, p in encoder.named_parameters():
        if "norms" in name or name == "gate":
            torch.nn.init.normal_(p)  # those that start alike would go untested
    x, r = torch.randn(6, 3), torch.randn(6, 4)
    weights = {n: numbers(p) for n, p in encoder.named_parameters()}
    y = encoder(x, edge_index)
    (y * r).sum().backward()
    return {
        "batchNorm": normed,
        "x": numbers(x)["data"],
        "r": numbers(r)["data"],
        "weights": weights,
        "y": numbers(y)["data"],
        "gradients": {n: numbers(p.grad) for n, p in encoder.named_parameters()},
        "running": {n: numbers(t) for n, t in encoder.named_buffers() if t.is_floating_point()},
    }


golden = {
    "made_by": f"torch {torch.__version__}, torch_geometric {torch_geometric.__version__}, seed {SEED}",
    "neighbours": NEIGHBOURS,
    "cases": [case(True), case(False)],
}
Path(__file__).with_name("own-path.json").write_text(json.dumps(golden) + "\n")
