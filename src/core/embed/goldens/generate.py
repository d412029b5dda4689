"""Writes fuzzy-graph.json: neighbours of a few points and their fuzzy graph, from umap-learn 0.5.12, numpy 2.4.6, seed 0.

Run: bench/peers/.venv/bin/python src/core/embed/goldens/generate.py
"""

import json
from pathlib import Path

import numpy as np
from sklearn.neighbors import NearestNeighbors
from umap.umap_ import fuzzy_simplicial_set

rng = np.random.default_rng(0)
n, d, k = 40, 3, 6
x = rng.normal(size=(n, d))
x[20:] = x[20:] * 0.2 + 3  # two densities
x[5] = x[4]  # twins
x[39] = 60  # far from all
x = x.astype("f4")
distances, indices = NearestNeighbors(n_neighbors=k + 1).fit(x).kneighbors(x)
# the point itself first, also where it has a twin
for i in range(n):
    others = [(t, j) for t, j in zip(distances[i], indices[i]) if j != i][:k]
    indices[i] = [i] + [j for _, j in others]
    distances[i] = [0] + [t for t, _ in others]
graph, sigma, rho = fuzzy_simplicial_set(
    x, k + 1, np.random.RandomState(0), "euclidean", knn_indices=indices, knn_dists=distances.astype("f4")
)
graph = graph.tocsr()
graph.eliminate_zeros()
graph.sort_indices()
out = {
    "made_by": __doc__.split("\n")[0], "n": n, "d": d, "k": k, "x": x.ravel().tolist(),
    "indices": indices[:, 1:].ravel().tolist(), "distances": distances[:, 1:].ravel().tolist(),
    "rho": rho.tolist(), "sigma": sigma.tolist(),
    "indptr": graph.indptr.tolist(), "columns": graph.indices.tolist(), "data": [round(float(v), 8) for v in graph.data],
}
(Path(__file__).parent / "fuzzy-graph.json").write_text(json.dumps(out, separators=(",", ":")) + "\n")
