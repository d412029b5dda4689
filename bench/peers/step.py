"""PyTorch Geometric's side of bench/step.ts: step.py FOLDER plain|tuned|rewritten|tf32 REPEATS [cpu|cuda].

plain: as one would write it; dense expression, every cell decoded, the loss taken on the hidden ones.
tuned: the same step with everything that made it faster here (bench/README.md says what was tried).
rewritten: tuned, with an attention layer of our own in place of PyG's GATConv (tuned_gat.py).
tf32: tuned, with products of CUDA tensors in TensorFloat-32, whose ten bits of mantissa the others' floats exceed.
Prints one JSON object: time of each step in ms, peak bytes of this process (on cuda of its tensors there), and what was
computed on. Ends with 3 where the memory does not hold the step.
"""
import sys
from pathlib import Path

import torch
import torch.nn.functional as F

from bench_step import (
    adamw,
    edge_index_of,
    read_expression,
    read_graph,
    read_network,
    tell,
    timed,
    use_all_cores,
)
from peer_memory import ends_where_memory_ends, limit_memory
from tuned_step import tuned


def plain(encoder, decoder, x, edge_index):
    x = x.to_dense()

    def loss_of(hidden):
        masked = x.clone()
        masked[hidden] = 0
        rebuilt = decoder(encoder(masked, edge_index))
        return F.mse_loss(rebuilt[hidden], x[hidden])

    return loss_of


def main(folder, way, repeats, device):
    if device == "cpu":
        limit_memory()
    torch.set_default_device(device)
    torch.backends.cuda.matmul.allow_tf32 = way == "tf32"
    use_all_cores()
    recipe, encoder, decoder, n_parameters = read_network(folder)
    x = read_expression(folder, decoder.out_features).to(device)
    edge_index = edge_index_of(*read_graph(folder)).to(device)
    made = {"parameters": n_parameters, "counts": x.values().numel(), "edges": edge_index.shape[1]}
    n_obs = x.shape[0]
    n_hidden = round(n_obs * recipe["config"]["maskRatio"])
    optimizer = adamw(encoder, decoder, recipe, fused=way != "plain")
    if way == "plain":
        loss_of = plain(encoder, decoder, x, edge_index)
    else:
        loss_of = tuned(encoder, decoder, x, edge_index, recipe, rewritten=way == "rewritten")
    del x

    def step():
        optimizer.zero_grad()
        loss = loss_of(torch.randperm(n_obs)[:n_hidden])
        loss.backward()
        optimizer.step()
        return loss.item()

    tell(timed(step, repeats), made)


if __name__ == "__main__":
    folder, way, repeats, device = (*sys.argv[1:], "cpu")[:4]
    ends_where_memory_ends(lambda: main(Path(folder), way, int(repeats), device), way)
