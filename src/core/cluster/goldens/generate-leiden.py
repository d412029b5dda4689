"""Writes leiden.json: small graphs and the quality leidenalg 0.12.0 (python-igraph 1.0.0) reaches on them, seeds 0 to 9.

Run: bench/peers/.venv/bin/python src/core/cluster/goldens/generate-leiden.py
"""

import json
import random
from pathlib import Path

import igraph as ig
import leidenalg as la
import numpy as np
from sklearn.neighbors import kneighbors_graph

random.seed(0)
rng = np.random.default_rng(0)


def ring_of_cliques(n, size):
    edges = [(c * size + i, c * size + j) for c in range(n) for i in range(size) for j in range(i)]
    edges += [(c * size, ((c + 1) % n) * size + 1) for c in range(n)]
    return ig.Graph(n * size, edges)


def knn_graph(n, clusters):
    points = rng.normal(size=(clusters, 4))[rng.integers(0, clusters, n)] * 2 + rng.normal(size=(n, 4))
    a = kneighbors_graph(points, 10)
    coo = a.maximum(a.T).tocoo()
    keep = coo.row < coo.col
    return ig.Graph(n, list(zip(coo.row[keep].tolist(), coo.col[keep].tolist())))


def block_model():
    p = [[0.3, 0.02, 0.01, 0.05], [0.02, 0.2, 0.03, 0.0], [0.01, 0.03, 0.4, 0.02], [0.05, 0.0, 0.02, 0.1]]
    return ig.Graph.SBM(p, [80, 60, 40, 20])


graphs = {
    "karate club": (ig.Graph.Famous("Zachary"), False),
    "ring of 12 cliques of 5": (ring_of_cliques(12, 5), False),
    "planted partition": (ig.Graph.SBM([[0.3 if i == j else 0.03 for j in range(8)] for i in range(8)], [20] * 8), False),
    "weighted block model": (block_model(), True),
    "neighbours of 300 points": (knn_graph(300, 6), False),
    "weighted random graph": (ig.Graph.Erdos_Renyi(120, m=500), True),
}

out = []
for name, (g, weighted) in graphs.items():
    weights = rng.integers(1, 10, g.ecount()).tolist() if weighted else [1] * g.ecount()
    for resolution in (0.5, 1.0, 2.0):
        runs = []
        for seed in range(10):
            part = la.find_partition(
                g, la.RBConfigurationVertexPartition, weights=weights, n_iterations=-1, seed=seed,
                resolution_parameter=resolution,
            )
            runs.append((part.quality() / (2 * sum(weights)), len(part)))
        out.append({
            "name": name, "resolution": resolution, "best": max(q for q, _ in runs),
            "mean": sum(q for q, _ in runs) / len(runs), "clusters": sorted({k for _, k in runs}),
        })
    graphs[name] = {"n": g.vcount(), "edges": [x for e in g.get_edgelist() for x in e], "weights": weights if weighted else None}

text = json.dumps({"made_by": __doc__.split("\n")[0], "graphs": graphs, "runs": out}, separators=(",", ":"))
(Path(__file__).parent / "leiden.json").write_text(text + "\n")
