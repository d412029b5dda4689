"""Writes pca.json: principal components of a small matrix, from scikit-learn 1.9.1, numpy 2.4.6, seed 0.

Run: bench/peers/.venv/bin/python src/core/preprocess/goldens/generate-pca.py
"""

import json
from pathlib import Path

import numpy as np
from sklearn.decomposition import PCA

rng = np.random.default_rng(0)
n, d, k = 25, 6, 3
x = (rng.normal(size=(n, d)) * [4, 3, 2, 1, 0.5, 0.2] @ rng.normal(size=(d, d)) + 2).astype("f4").astype(float)
fit = PCA(k, svd_solver="full").fit(x)
out = {
    "made_by": __doc__.split("\n")[0], "n": n, "d": d, "k": k, "x": x.ravel().tolist(),
    "variance": fit.explained_variance_.tolist(), "ratio": fit.explained_variance_ratio_.tolist(),
    "components": fit.components_.ravel().tolist(), "scores": fit.transform(x).ravel().tolist(),
}
(Path(__file__).parent / "pca.json").write_text(json.dumps(out, separators=(",", ":")) + "\n")
