"""Softmax cross-entropy with and without class weights, in value and gradient.

Run: python generate_cross_entropy.py   (torch as pinned in bench/peers/requirements-torch.txt)
"""
import json
from pathlib import Path

import torch
import torch.nn.functional as F

SEED = 0
torch.manual_seed(SEED)
logits = 4 * torch.randn(7, 5)
codes = torch.tensor([0, 3, 2, 3, 1, 0, 4])
weights = torch.tensor([0.5, 2.0, 1.0, 0.25, 3.0])


def case(weight):
    z = logits.clone().requires_grad_()
    loss = F.cross_entropy(z, codes, weight=weight)
    loss.backward()
    return {
        "inputs": [{"shape": list(z.shape), "data": z.detach().flatten().tolist()}],
        "codes": codes.tolist(),
        "weights": None if weight is None else weight.tolist(),
        "loss": loss.item(),
        "gradients": [z.grad.flatten().tolist()],
    }


golden = {"made_by": f"torch {torch.__version__}, seed {SEED}", "crossEntropy": [case(None), case(weights)]}
Path(__file__).with_name("cross-entropy.json").write_text(json.dumps(golden) + "\n")
