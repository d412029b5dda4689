"""What the PyTorch Geometric sides of the step benchmarks share: the data, the network, time and memory."""
import json
import os
import resource
import time

import numpy as np
import torch
from torch import nn

from lab_network import encoder_for, read_model

WARM_UP = 2
LONG_STEP_MS, ENOUGH_LONG_STEPS = 10_000, 3


def read_expression(folder, n_vars):
    """Normalised as the lab does it; CSR."""
    indptr = np.fromfile(folder / "indptr", np.uint32).astype(np.int64)
    counts = np.fromfile(folder / "counts", np.uint8).astype(np.float32)
    totals = np.add.reduceat(counts, indptr[:-1])
    counts *= np.repeat((np.median(totals) / totals).astype(np.float32), np.diff(indptr))
    np.log1p(counts, out=counts)
    indices = np.fromfile(folder / "indices", np.uint16).astype(np.int32)
    parts = torch.from_numpy(indptr.astype(np.int32)), torch.from_numpy(indices), torch.from_numpy(counts)
    return torch.sparse_csr_tensor(*parts, size=(len(indptr) - 1, n_vars))


def read_graph(folder):
    """CSR of the neighbours of every cell: indptr, indices."""
    return tuple(np.fromfile(folder / name, np.uint32).astype(np.int64) for name in ("edgePtr", "edges"))


def edge_index_of(indptr, indices):
    to = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    return torch.from_numpy(np.stack([indices, to]))


def read_network(folder):
    """Recipe, encoder and decoder, as the lab drew them; how many numbers are learned."""
    recipe, genes, arrays = read_model(folder / "model.safetensors")
    encoder = encoder_for(recipe, len(genes), arrays)
    decoder = nn.Linear(recipe["encoder"]["hidden"], len(genes))
    with torch.no_grad():
        decoder.bias.copy_(arrays["decoder.bias"])
    learned = [*encoder.parameters(), *decoder.parameters()]
    return recipe, encoder, decoder, sum(p.numel() for p in learned)


def adamw(encoder, decoder, recipe, fused):
    options = recipe["optimizer"]
    learned = [*encoder.parameters(), *decoder.parameters()]
    return torch.optim.AdamW(
        learned, lr=options["learningRate"], weight_decay=options["weightDecay"], fused=fused
    )


def synchronize():
    """Waits for the GPU, where there is one at work."""
    if torch.get_default_device().type == "cuda":
        torch.cuda.synchronize()


def processor_seconds():
    """Of this process and of those that it started and that have ended, as a loader's workers have after a pass."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def timed(step, repeats, warm_up=WARM_UP):
    """Wall and processor milliseconds of each run after those that warm up; three are enough where one takes ten seconds."""
    ms, processor_ms = [], []
    for i in range(repeats + warm_up):
        synchronize()
        start, used = time.perf_counter(), processor_seconds()
        step()
        synchronize()
        if i >= warm_up:
            ms.append(1000 * (time.perf_counter() - start))
            processor_ms.append(1000 * (processor_seconds() - used))
        if len(ms) >= ENOUGH_LONG_STEPS and min(ms) > LONG_STEP_MS:
            break
    return {"ms": ms, "processorMs": processor_ms}


def peak_bytes():
    """Of this process, all that it held; on a GPU of its tensors there."""
    if torch.get_default_device().type == "cuda":
        return torch.cuda.max_memory_allocated()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def tell(times, made):
    print(json.dumps(times | {"peakBytes": peak_bytes(), "made": made}))


def use_all_cores():
    torch.manual_seed(0)
    torch.set_num_threads(os.cpu_count())
