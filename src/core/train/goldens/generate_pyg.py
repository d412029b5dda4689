"""Embeddings of PyTorch Geometric beside those of the lab, with weights of either, on simulated slices.

Run from the root of the project: python src/core/train/goldens/generate_pyg.py
(packages as pinned in bench/peers/requirements-torch.txt; the lab's command line makes the slices and trains.)
Seeds: 1 to 3 of the slices, 0 of training and of the weights that torch draws.
"""
import base64
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
import torch_geometric

ROOT = Path(__file__).resolve().parents[4]
sys.path.insert(0, str(ROOT / "bench" / "peers"))
from lab_network import encoder_for, read_model, save_model  # noqa: E402
from load_in_pyg import embed  # noqa: E402

SLICES = [("cortex", 1), ("embryo", 2), ("hypothalamus", 3)]
BACKBONES = ["gcn", "sage", "gat", "gatv2"]
CELLS, GENES, ROWS = 240, 20, range(0, 240, 12)


def cli(*words):
    subprocess.run(["npm", "run", "-s", "cli", "--", *map(str, words)], cwd=ROOT, check=True, capture_output=True)


def packed(values):
    return base64.b64encode(np.ascontiguousarray(values, np.float32).tobytes()).decode()


def case(model, slice_path):
    _, _, arrays = read_model(model)
    return {
        "weights": [{"name": n, "shape": list(a.shape), "data": packed(a.numpy())} for n, a in sorted(arrays.items())],
        "rows": packed(embed(model, slice_path)[ROWS]),
    }


def redrawn(model, out):
    """The same network as PyTorch Geometric starts it, with statistics and biases that are not the neutral ones."""
    recipe, genes, arrays = read_model(model)
    torch.manual_seed(0)
    encoder = encoder_for(recipe, len(genes), arrays)
    for name, t in list(encoder.named_parameters()) + list(encoder.named_buffers()):
        if name.endswith("running_var"):
            torch.nn.init.uniform_(t, 0.5, 2)
        elif t.is_floating_point() and ("norms" in name or name.endswith("bias")):
            torch.nn.init.normal_(t)
    rest = {name: torch.randn(a.shape) for name, a in arrays.items() if not name.startswith("encoder.")}
    save_model(out, encoder, rest, recipe, genes)


cases = []
with tempfile.TemporaryDirectory() as folder:
    for tissue, seed in SLICES:
        path = f"{folder}/{tissue}.arrow"
        cli("simulate", "--tissue", tissue, "--cells", CELLS, "--genes", GENES, "--seed", seed, path)
        for backbone in BACKBONES:
            run = f"{folder}/{tissue}-{backbone}"
            small = "--hidden 8 --heads 2 --epochs 5 --seed 0 --backend cpu".split()
            cli("train", path, "--out", run, "--backbone", backbone, *small)
            redrawn(f"{run}/model.safetensors", f"{run}-pyg/model.safetensors")
            recipe, _, _ = read_model(f"{run}/model.safetensors")
            for maker, model in (("lab", run), ("pyg", f"{run}-pyg")):
                cases.append(
                    {"tissue": tissue, "seed": seed, "maker": maker, "recipe": recipe}
                    | case(f"{model}/model.safetensors", path)
                )

made_by = f"torch {torch.__version__}, torch_geometric {torch_geometric.__version__}, numpy {np.__version__}, seeds 0 to 3"
golden = {"made_by": made_by, "cells": CELLS, "genes": GENES, "rows": list(ROWS), "cases": cases}
Path(__file__).with_name("pyg.json").write_text(json.dumps(golden) + "\n")
