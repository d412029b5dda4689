"""Five steps of torch.optim.AdamW on a matrix and a vector with prescribed gradients; only the matrix decays.

Run: python generate.py   (torch as pinned in bench/peers/requirements.txt)
"""
import json
from pathlib import Path

import torch

SEED = 0
torch.manual_seed(SEED)
weight = torch.nn.Parameter(torch.randn(3, 2))
bias = torch.nn.Parameter(torch.randn(2))
optimizer = torch.optim.AdamW(
    [{"params": [weight], "weight_decay": 0.1}, {"params": [bias], "weight_decay": 0.0}], lr=0.05
)


def numbers(t):
    return [float(v) for v in t.detach().flatten()]


start = {"weight": numbers(weight), "bias": numbers(bias)}
steps = []
for _ in range(5):
    weight.grad, bias.grad = torch.randn(3, 2), torch.randn(2)
    gradients = {"weight": numbers(weight.grad), "bias": numbers(bias.grad)}
    optimizer.step()
    steps.append({"gradients": gradients, "weight": numbers(weight), "bias": numbers(bias)})
golden = {
    "made_by": f"torch {torch.__version__}, seed {SEED}",
    "learningRate": 0.05,
    "weightDecay": 0.1,
    "start": start,
    "steps": steps,
}
Path(__file__).with_name("adamw.json").write_text(json.dumps(golden) + "\n")
