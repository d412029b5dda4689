"""Embeds a slice with a network that the lab trained, in PyTorch Geometric: load_in_pyg.py RUN SLICE.arrow [OUT.npy].

RUN is the folder that `train` wrote. Slice, preprocessing and graph are redone here from the recipe, without the lab.
Prints one JSON object: cells, width, and the largest difference from RUN/embedding.arrow where that is there.
"""
import json
import sys
from pathlib import Path

import numpy as np
import pyarrow.feather as feather
import torch

from lab_network import load_encoder
from lab_slice import edge_index, normalize, read_slice


def embed(model, slice_path):
    encoder, recipe, genes = load_encoder(model)
    counts, xy, section, slice_genes, is_log = read_slice(slice_path)
    if genes != slice_genes:
        raise SystemExit(f"{slice_path} has other genes than {model} was trained on.")
    x = torch.from_numpy(normalize(counts, recipe["preprocess"], is_log))
    edges = torch.from_numpy(edge_index(xy, section, recipe["graph"]).astype(np.int64))
    with torch.no_grad():
        return encoder(x, edges).numpy()


if __name__ == "__main__":
    run, slice_path, *out = sys.argv[1:]
    embedding = embed(Path(run) / "model.safetensors", slice_path)
    told = {"cells": len(embedding), "width": embedding.shape[1]}
    if (Path(run) / "embedding.arrow").exists():
        ours = feather.read_table(Path(run) / "embedding.arrow")["embedding"].combine_chunks()
        difference = np.abs(ours.flatten().to_numpy().reshape(embedding.shape) - embedding).max()
        told["largestDifference"] = float(difference)
    if out:
        np.save(out[0], embedding)
    print(json.dumps(told))
