"""Layers of torch and torch_geometric on six cells: outputs and gradients of sum(y * r).

Run: python generate.py   (torch, torch_geometric as pinned in bench/peers/requirements.txt)
Weights stand in the layout of torch. Cell 5 has no neighbours.
"""
import json
from pathlib import Path

import torch
import torch_geometric
from torch_geometric.nn import GATConv, GATv2Conv, GCNConv, SAGEConv

SEED = 0
torch.manual_seed(SEED)
# message edges source -> target of an undirected graph, by target
NEIGHBOURS = [[1, 2], [0, 2, 3], [0, 1], [1, 4], [3], []]
edge_index = torch.tensor([[j for row in NEIGHBOURS for j in row], [i for i, row in enumerate(NEIGHBOURS) for _ in row]])
x = torch.randn(6, 3)
r = torch.randn(6, 4)
x[torch.rand(6, 3) < 0.3] = 0  # sparse, as expression is


def numbers(t):
    return [float(v) for v in t.detach().flatten()]


def case(layer, *inputs):
    for p in layer.parameters():
        if p.abs().sum() == 0:
            torch.nn.init.normal_(p)  # biases start at zero and would go untested
    features = x.clone().requires_grad_()
    y = layer(features, *inputs)
    (y * r).sum().backward()
    return {
        "parameters": {n: {"shape": list(p.shape), "data": numbers(p)} for n, p in layer.named_parameters()},
        "y": numbers(y),
        "gradients": {n: {"shape": list(p.shape), "data": numbers(p.grad)} for n, p in layer.named_parameters()},
        "dx": numbers(features.grad),
    }


norm = torch.nn.BatchNorm1d(3)
torch.nn.init.normal_(norm.weight)
torch.nn.init.normal_(norm.bias)
features = x.clone().requires_grad_()
y = norm(features)
(y * r[:, :3]).sum().backward()
batch_norm = {
    "weight": numbers(norm.weight),
    "bias": numbers(norm.bias),
    "y": numbers(y),
    "dx": numbers(features.grad),
    "dweight": numbers(norm.weight.grad),
    "dbias": numbers(norm.bias.grad),
    "running_mean": numbers(norm.running_mean),
    "running_var": numbers(norm.running_var),
    "evaluated": numbers(norm.eval()(x)),
}
golden = {
    "made_by": f"torch {torch.__version__}, torch_geometric {torch_geometric.__version__}, seed {SEED}",
    "neighbours": NEIGHBOURS,
    "x": numbers(x),
    "r": numbers(r),
    "gcn": case(GCNConv(3, 4), edge_index),
    "sage": case(SAGEConv(3, 4, aggr="mean"), edge_index),
    "gat": case(GATConv(3, 2, heads=2), edge_index),
    "batch_norm": batch_norm,
    "gatv2": case(GATv2Conv(3, 2, heads=2), edge_index),
}
Path(__file__).with_name("layers.json").write_text(json.dumps(golden) + "\n")
