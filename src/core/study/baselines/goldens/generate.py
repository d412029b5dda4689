"""Writes baselines.json: PCA, neighbour means and BANKSY of a small tissue, from numpy 2.4.6, scikit-learn 1.9.1, seed 0.

Run: bench/peers/.venv/bin/python src/core/study/baselines/goldens/generate.py

BANKSY is the formula of Singhal et al. 2024 (m = 1) written out in numpy, with the weights of Banksy_py's
"scaled_gaussian"; input log1p of counts scaled to the median total.
"""

import json
from pathlib import Path

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.decomposition import PCA

rng = np.random.default_rng(0)
n, g, k, components = 60, 9, 5, 4
xy = (rng.random((n, 2)) * 50).astype("f4").astype(float)
rate = 1 + 4 * np.abs(np.sin(xy[:, :1] / 12 + np.arange(g)))
counts = rng.poisson(rate * rng.uniform(0.5, 2, (n, 1)))
totals = counts.sum(1)
x = np.log1p(counts / totals[:, None] * np.median(totals))
zscore = lambda m: (m - m.mean(0)) / m.std(0)

distances = cdist(xy, xy)
np.fill_diagonal(distances, np.inf)
order = np.argsort(distances, 1)


def weights(k):
    w = np.zeros((n, n))
    for i in range(n):
        near = order[i, :k]
        r = distances[i, near]
        w[i, near] = np.exp(-((r / np.median(r)) ** 2))
    return w / w.sum(1, keepdims=True)


def banksy(lam):
    mean = weights(k) @ x
    w = weights(2 * k)
    phi = np.arctan2(xy[None, :, 1] - xy[:, None, 1], xy[None, :, 0] - xy[:, None, 0])
    wide = w @ x
    gradient = np.abs(np.einsum("ij,ijg->ig", w * np.exp(1j * phi), x[None] - wide[:, None]))
    scale = np.sqrt([1 - lam, 2 / 3 * lam, lam / 3])
    return np.stack([s * zscore(m) for s, m in zip(scale, [x, mean, gradient])], 2).reshape(n, 3 * g)


pca = PCA(components, svd_solver="full").fit(zscore(x))
scores = pca.transform(zscore(x))
own = np.eye(n)
for i in range(n):
    own[i, order[i, :k]] = 1
average = own / own.sum(1, keepdims=True)
out = {
    "made_by": __doc__.split("\n")[0], "n": n, "g": g, "k": k, "components": components,
    "counts": counts.ravel().tolist(), "xy": xy.ravel().tolist(),
    "pca": {"scores": scores.ravel().tolist(), "variance": pca.explained_variance_.tolist()},
    "log1p": PCA(components, svd_solver="full").fit(x).explained_variance_.tolist(),
    "means": {"once": (average @ scores).ravel().tolist(), "twice": (average @ average @ scores).ravel().tolist()},
    "banksy": {
        str(lam): {"matrix": banksy(lam).ravel().tolist(),
                   "variance": PCA(components, svd_solver="full").fit(banksy(lam)).explained_variance_.tolist()}
        for lam in [0.2, 0.8]
    },
}
(Path(__file__).parent / "baselines.json").write_text(json.dumps(out, separators=(",", ":")) + "\n")
