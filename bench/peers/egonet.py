"""PyTorch Geometric's side of bench/egonet.ts: egonet.py FOLDER plain|tuned REPEATS HOPS BATCH TARGETS.

One pass over TARGETS cells, BATCH at a time: build the batch, hide half of its cells, forward, backward, AdamW; the loss
is taken on the hidden targets alone, and these alone are decoded.
plain: k_hop_subgraph of each target, collated as graphs beside each other by PyG's DataLoader.
tuned: the batch's neighbourhoods merged, each cell once, and each layer computed for the cells that the next one reads,
    which is exact with as many hops as layers; this is what NeighborLoader and trim_to_layer do, which need a compiled
    package that PyPI does not have for this torch, so it is written here on NumPy's arrays.
Batches are made by 0, 1 and 2 workers over the first batches, and the fastest takes the pass. Prints one JSON object: wall
and processor time of each pass in ms, peak resident memory without the workers, and what was computed on.
"""
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader as PlainLoader
from torch.utils.data import Dataset
from torch_geometric.data import Data
from torch_geometric.loader import DataLoader
from torch_geometric.utils import k_hop_subgraph

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

WORKERS = 0, 1, 2
TRIED_BATCHES = {"plain": 4, "tuned": 16}  # a second or so each


class EgoNets(Dataset):
    """The subgraph around each target."""

    def __init__(self, x, edge_index, hops, targets):
        self.x, self.edge_index, self.hops, self.targets = x, edge_index, hops, targets

    def __len__(self):
        return len(self.targets)

    def __getitem__(self, i):
        cells, edges, place, _ = k_hop_subgraph(
            int(self.targets[i]), self.hops, self.edge_index, relabel_nodes=True, num_nodes=len(self.x)
        )
        is_target = torch.zeros(len(cells), dtype=torch.bool)
        is_target[place] = True
        return Data(x=self.x[cells], edge_index=edges, is_target=is_target)


class Blocks(Dataset):
    """Batches of targets with all that their layers read: cells in the order targets, first hop, second hop, and for
    each layer the edges into the cells that it computes, which come first."""

    def __init__(self, x, indptr, indices, layers, targets, batch):
        self.x, self.indptr, self.indices, self.layers = x, indptr, indices, layers
        self.batches = np.split(targets, range(batch, len(targets), batch))
        self.place = np.full(len(x), -1)

    def __len__(self):
        return len(self.batches)

    def __getitem__(self, i):
        cells, edges = self.batches[i], []
        self.place[cells] = np.arange(len(cells))
        for _ in range(self.layers):
            starts, counts = self.indptr[cells], np.diff(self.indptr)[cells]
            ends = np.cumsum(counts)
            entry = np.arange(ends[-1]) + np.repeat(starts - ends + counts, counts)
            source = self.indices[entry]
            new = np.unique(source[self.place[source] < 0])
            self.place[new] = len(cells) + np.arange(len(new))
            to = np.repeat(np.arange(len(cells)), counts)
            edges.insert(0, (torch.from_numpy(np.stack([self.place[source], to])), len(cells)))
            cells = np.concatenate([cells, new])
        self.place[cells] = -1
        return self.x[torch.from_numpy(cells)], edges


def encode_blocks(encoder, x, blocks):
    """The encoder's layers, each on the cells that the next one reads."""
    for i, (conv, (edges, n)) in enumerate(zip(encoder.convs, blocks)):
        x = encoder.tail(i, conv((x, x[:n]), edges), x[:n])
    return x


def hide(n, ratio):
    return torch.randperm(n)[: max(1, round(n * ratio))]


def plain_loss(encoder, decoder, ratio):
    def loss_of(batch):
        targets = batch.is_target.nonzero().flatten()
        others = (~batch.is_target).nonzero().flatten()
        looked_at = targets[hide(len(targets), ratio)]
        x = batch.x.clone()
        x[looked_at] = 0
        x[others[hide(len(others), ratio)]] = 0
        z = encoder(x, batch.edge_index)
        return F.mse_loss(decoder(z[looked_at]), batch.x[looked_at])

    return loss_of


def tuned_loss(encoder, decoder, ratio):
    def loss_of(batch):
        features, blocks = batch
        n_targets = blocks[-1][1]
        looked_at = hide(n_targets, ratio)
        expected = features[looked_at]
        features[looked_at] = 0  # the batch is a copy already
        features[n_targets + hide(len(features) - n_targets, ratio)] = 0
        return F.mse_loss(decoder(encode_blocks(encoder, features, blocks)[looked_at]), expected)

    return loss_of


def once_if_long(expected_ms, repeats):
    """`k_hop_subgraph` walks all edges of the graph for every target: a pass takes minutes, and one says enough."""
    return 1 if expected_ms > 60_000 else repeats


def main(folder, way, repeats, hops, batch, n_targets):
    limit_memory()
    use_all_cores()
    recipe, encoder, decoder, n_parameters = read_network(folder)
    x = read_expression(folder, decoder.out_features)
    made = {"parameters": n_parameters, "counts": x.values().numel()}
    x = x.to_dense()
    indptr, indices = read_graph(folder)
    made |= {"edges": len(indices), "targets": n_targets}
    optimizer = adamw(encoder, decoder, recipe, fused=way == "tuned")
    ratio = recipe["config"]["maskRatio"]
    loss_of = (plain_loss if way == "plain" else tuned_loss)(encoder, decoder, ratio)
    edge_index = edge_index_of(indptr, indices)

    def loader(workers, n):
        targets = np.random.default_rng(0).permutation(len(x))[:n]
        if way == "plain":
            return DataLoader(EgoNets(x, edge_index, hops, targets), batch_size=batch, num_workers=workers)
        blocks = Blocks(x, indptr, indices, recipe["encoder"]["layers"], targets, batch)
        return PlainLoader(blocks, batch_size=None, num_workers=workers)

    def run(workers, n):
        for one in loader(workers, n):
            optimizer.zero_grad()
            loss = loss_of(one)
            loss.backward()
            optimizer.step()
            loss.item()

    def once(workers):
        return timed(lambda: run(workers, TRIED_BATCHES[way] * batch), 1, warm_up=0)["ms"][0]

    tried = {workers: once(workers) for workers in WORKERS}
    best = min(WORKERS, key=tried.get)
    tried_ms = ", ".join(f"{workers}: {ms:.0f} ms" for workers, ms in tried.items())
    print(f"note: {best} workers, of {tried_ms} for {TRIED_BATCHES[way]} batches", file=sys.stderr)
    passes = once_if_long(tried[best] / TRIED_BATCHES[way] * n_targets / batch, repeats)
    tell(timed(lambda: run(best, n_targets), passes, warm_up=0), made)


if __name__ == "__main__":
    folder, way, *numbers = sys.argv[1:]
    ends_where_memory_ends(lambda: main(Path(folder), way, *map(int, numbers)), way)
