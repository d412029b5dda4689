"""PyTorch Geometric's side of bench/step.ts: step.py FOLDER plain|tuned REPEATS.

plain: as one would write it; dense expression, every cell decoded, the loss taken on the hidden ones.
tuned: the same step with everything that made it faster here (bench/README.md says what was tried).
Prints one JSON object: time of each step in ms, peak resident memory of this process in bytes, and what was computed on.
Ends with 3 where the memory of the machine does not hold the step.
"""
import json
import os
import resource
import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from lab_network import encoder_for, read_model

OUT_OF_MEMORY = 3


def limit_memory():
    """A process that takes all memory is killed, and others may be with it; a failed allocation ends it in words."""
    with open("/proc/meminfo") as file:
        free = next(int(line.split()[1]) for line in file if line.startswith("MemAvailable")) * 1024
    limit = free - 2**30
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def read_expression(folder, n_vars, recipe):
    """Normalised as the lab does it; CSR."""
    indptr = np.fromfile(folder / "indptr", np.uint32).astype(np.int64)
    counts = np.fromfile(folder / "counts", np.uint8).astype(np.float32)
    totals = np.add.reduceat(counts, indptr[:-1])
    counts *= np.repeat((np.median(totals) / totals).astype(np.float32), np.diff(indptr))
    np.log1p(counts, out=counts)
    indices = np.fromfile(folder / "indices", np.uint16).astype(np.int32)
    parts = torch.from_numpy(indptr.astype(np.int32)), torch.from_numpy(indices), torch.from_numpy(counts)
    return torch.sparse_csr_tensor(*parts, size=(len(indptr) - 1, n_vars))


def read_edges(folder):
    indptr = np.fromfile(folder / "edgePtr", np.uint32).astype(np.int64)
    source = np.fromfile(folder / "edges", np.uint32).astype(np.int64)
    to = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    return torch.from_numpy(np.stack([source, to]))


def plain_step(encoder, decoder, x, edge_index, hidden):
    masked = x.clone()
    masked[hidden] = 0
    rebuilt = decoder(encoder(masked, edge_index))
    return F.mse_loss(rebuilt[hidden], x[hidden])


def main(folder, way, repeats):
    limit_memory()
    torch.manual_seed(0)
    torch.set_num_threads(os.cpu_count())
    recipe, genes, arrays = read_model(folder / "model.safetensors")
    encoder = encoder_for(recipe, len(genes), arrays)
    decoder = nn.Linear(recipe["encoder"]["hidden"], len(genes))
    with torch.no_grad():
        decoder.bias.copy_(arrays["decoder.bias"])
    learned = [*encoder.parameters(), *decoder.parameters()]
    made = {"parameters": sum(p.numel() for p in learned)}
    x = read_expression(folder, len(genes), recipe)
    edge_index = read_edges(folder)
    made |= {"counts": x.values().numel(), "edges": edge_index.shape[1]}

    options = recipe["optimizer"]
    optimizer = torch.optim.AdamW(
        learned, lr=options["learningRate"], weight_decay=options["weightDecay"], fused=way == "tuned"
    )
    if way == "tuned":
        from tuned_step import tuned

        loss_of = tuned(encoder, decoder, x, edge_index, recipe)
    else:
        x = x.to_dense()

        def loss_of(hidden):
            return plain_step(encoder, decoder, x, edge_index, hidden)

    n_obs = x.shape[0]
    n_hidden = round(n_obs * recipe["config"]["maskRatio"])
    ms = []
    for step in range(repeats + 2):  # the first two warm up
        start = time.perf_counter()
        optimizer.zero_grad()
        loss_of(torch.randperm(n_obs)[:n_hidden]).backward()
        optimizer.step()
        if step >= 2:
            ms.append(1000 * (time.perf_counter() - start))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"ms": ms, "peakBytes": peak, "made": made}))


if __name__ == "__main__":
    folder, way, repeats = sys.argv[1:]
    try:
        main(Path(folder), way, int(repeats))
    except (MemoryError, RuntimeError) as error:
        if not isinstance(error, MemoryError) and "allocate memory" not in str(error):
            raise
        print(f"{way}: the memory of this machine does not hold the step ({error})", file=sys.stderr)
        sys.exit(OUT_OF_MEMORY)
