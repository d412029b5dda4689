"""Writes mixture.json: Gaussian mixtures from given first partitions, refined labels, from scikit-learn 1.9.1, seed 0.

Run: bench/peers/.venv/bin/python src/core/cluster/goldens/generate-mixture.py

The refinements of GraphST (majority of the nearest) and SpaGCN are their published rules written out over all pairs.
"""

import json
from collections import Counter
from pathlib import Path

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.mixture import GaussianMixture

rng = np.random.default_rng(0)
n, d, k = 160, 3, 3
centres = np.array([[0, 0, 0], [3, 1, 0], [0, 3, 2]])
truth = rng.integers(0, k, n)
x = (centres[truth] + rng.normal(size=(n, d)) @ np.array([[1, 0.6, 0], [0, 0.7, 0.2], [0, 0, 0.5]])).astype("f4").astype(float)
start = np.argmin(cdist(x, centres + 0.8), 1)


class FromPartition(GaussianMixture):
    """The same fit, but from a partition that is written into the golden."""

    def _initialize_parameters(self, X, random_state, xp=None):
        self._initialize(X, np.eye(k)[start])


fits = {}
for covariance in ["full", "tied", "diag"]:
    fit = FromPartition(k, covariance_type=covariance, tol=1e-6, max_iter=500).fit(x)
    assert fit.converged_
    fits[covariance] = {
        "weights": fit.weights_.tolist(), "means": fit.means_.ravel().tolist(),
        "logLikelihood": fit.lower_bound_, "iterations": fit.n_iter_, "codes": fit.predict(x).tolist(),
    }

m = 120
xy = (rng.random((m, 2)) * 100).astype("f4").astype(float)
noisy = np.where(rng.random(m) < 0.25, rng.integers(0, 3, m), (xy[:, 0] // 34).astype(int))
order = np.argsort(cdist(xy, xy), 1)
majority = [Counter(noisy[order[i, 1:13]]).most_common(1)[0][0] for i in range(m)]
hesitant = []
for i in range(m):
    count = Counter(noisy[order[i, :7]])
    best, times = count.most_common(1)[0]
    hesitant.append(best if count[noisy[i]] < 3 and times > 3 else noisy[i])

out = {
    "made_by": __doc__.split("\n")[0], "n": n, "d": d, "k": k, "x": x.ravel().tolist(), "start": start.tolist(), "fits": fits,
    "refine": {"xy": xy.ravel().tolist(), "codes": noisy.tolist(), "majority12": np.array(majority).tolist(),
               "hesitant6": np.array(hesitant).tolist()},
}
(Path(__file__).parent / "mixture.json").write_text(json.dumps(out, separators=(",", ":"), default=float) + "\n")
